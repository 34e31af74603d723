using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Operator.Pods.Storage;
using LlmKube.Resources;

namespace LlmKube.Operator.Pods;

/// <summary>A command that works on the model store of a claim.</summary>
public sealed record StoreWork
{
    public required ObjectKey Key { get; init; }

    public required string Claim { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Variables of the command.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The Secret with a source's credentials; null where it needs none.</summary>
    public string? Secret { get; init; }

    /// <summary>The node where the claim is in use already, for a claim of one node; null lets the scheduler choose.</summary>
    public string? Node { get; init; }

    public bool ReadOnly { get; init; }
}

/// <summary>The short-lived pod in which this product's own command works on a claim. Pure.</summary>
public static class StorePodObject
{
    public const string Component = "model-store-command";

    /// <summary>Where the claim is mounted: the <c>--store</c> of the command.</summary>
    public const string StoreFolder = StoragePlanner.StoreFolder;

    public const string Container = "llmkube";
    private const int SecondsUntilForgotten = 3600;
    private const int Attempts = 6;
    private const string StoreVolume = "model-cache";

    /// <summary>The claim of a namespace that has none yet, as a service would have it made.</summary>
    public static PersistentVolumeClaim Claim(string ns, CacheSettings settings) =>
        CacheClaimObject.Of(new CacheClaim(StoragePlanner.SharedClaim, Made: true, OwnedByService: false, settings.AccessMode), ns, service: null, settings);

    /// <summary>A pod that someone attaches to: it is run once, and its input ends with the first who comes.</summary>
    public static Pod Attached(StoreWork work, PodSettings settings) => new()
    {
        Metadata = Metadata(work),
        Spec = SpecOf(work, settings, "Never", attached: true),
    };

    /// <summary>A Job that goes on by itself, tries again, and goes away some time after it ended.</summary>
    public static Job Detached(StoreWork work, PodSettings settings) => new()
    {
        Metadata = Metadata(work),
        Spec = new JobSpec
        {
            BackoffLimit = Attempts,
            TtlSecondsAfterFinished = SecondsUntilForgotten,
            Template = new PodTemplateSpec { Metadata = new ObjectMeta { Labels = s_labels }, Spec = SpecOf(work, settings, "OnFailure", attached: false) },
        },
    };

    private static readonly IReadOnlyDictionary<string, string> s_labels = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Labels.AppName] = "llmkube",
        [Labels.AppComponent] = Component,
        [Labels.AppManagedBy] = "llmkube-cli",
    };

    private static ObjectMeta Metadata(StoreWork work) => new() { Name = work.Key.Name, Namespace = work.Key.Namespace, Labels = s_labels };

    private static PodSpec SpecOf(StoreWork work, PodSettings settings, string restartPolicy, bool attached)
    {
        var mounts = new List<JsonElement> { PodJson.Mount(StoreVolume, StoreFolder, work.ReadOnly) };
        var volumes = new List<JsonElement> { PodJson.ClaimVolume(StoreVolume, work.Claim, work.ReadOnly) };
        var arguments = work.Arguments;
        if (work.Secret is { } secret)
        {
            volumes.Add(PodJson.SecretVolume(FetchContainer.CredentialsVolume, secret));
            mounts.Add(PodJson.Mount(FetchContainer.CredentialsVolume, FetchContainer.CredentialsFolder, readOnly: true));
            arguments = [.. arguments, "--credentials", FetchContainer.CredentialsFolder];
        }

        return new PodSpec
        {
            RestartPolicy = restartPolicy,
            AutomountServiceAccountToken = false,
            EnableServiceLinks = false,
            TerminationGracePeriodSeconds = 10,
            SecurityContext = PodSecurity.OfPod(settings, usesRenderDevice: false),
            Affinity = work.Node is { } node ? OnNode(node) : null,
            Containers =
            [
                new Container
                {
                    Name = Container,
                    Image = settings.Image,
                    ImagePullPolicy = settings.ImagePullPolicy,
                    Args = arguments,
                    Env = [.. work.Environment.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => PodJson.Variable(entry.Key, entry.Value))],
                    Stdin = attached ? true : null,
                    StdinOnce = attached ? true : null,
                    VolumeMounts = mounts,
                    SecurityContext = PodSecurity.OfContainer(readOnlyRoot: true),
                    TerminationMessagePolicy = "FallbackToLogsOnError",
                },
            ],
            Volumes = volumes,
        };
    }

    /// <summary>By affinity, not by name: the scheduler still says what is in the way.</summary>
    private static JsonElement OnNode(string node) => PodJson.Of(new JsonObject
    {
        ["nodeAffinity"] = new JsonObject
        {
            ["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonObject
            {
                ["nodeSelectorTerms"] = new JsonArray(new JsonObject
                {
                    ["matchFields"] = new JsonArray(new JsonObject { ["key"] = "metadata.name", ["operator"] = "In", ["values"] = new JsonArray(node) }),
                }),
            },
        },
    });
}
