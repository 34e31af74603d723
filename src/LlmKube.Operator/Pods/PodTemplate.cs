using System.Globalization;
using System.Text.Json;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Operator.Pods.Runtimes;
using LlmKube.Operator.Pods.Storage;
using LlmKube.Resources;
using LlmKube.Resources.Hardware;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>The pod of a service, from everything that is declared. No I/O.</summary>
internal static class PodTemplate
{
    private const string HomeVolume = "home";
    private const string HomeFolder = "/tmp";
    private const string SharedMemoryVolume = "shared-memory";

    /// <summary>The template; null where no image is known for the runtime.</summary>
    public static PodTemplateSpec? Build(RuntimeContext context, RuntimeContainer runtime, PodSettings settings)
    {
        var (service, model, storage, gpu) = context;
        var spec = service.Spec;
        if (ImageNames.Choose(spec.Image, Defaults.RuntimeOf(spec), runtime.DefaultImage, settings) is not { } image)
        {
            return null;
        }

        return new PodTemplateSpec
        {
            Metadata = new ObjectMeta
            {
                Labels = Merge(spec.PodLabels, Labels.OfReplicas(service.Metadata.Name ?? "", spec.ModelRef, Defaults.RuntimeOf(spec))),
                Annotations = AnnotationsOf(service, model, context, settings),
            },
            Spec = new PodSpec
            {
                AutomountServiceAccountToken = false,
                EnableServiceLinks = runtime.MistakesServiceLinks ? false : null,
                PriorityClassName = Priority.ClassNameOf(spec),
                RuntimeClassName = NullIfEmpty(spec.RuntimeClassName),
                SecurityContext = spec.PodSecurityContext ?? PodSecurity.OfPod(settings, gpu is { Count: > 0, ResourceName: GpuRequest.RenderResource }),
                ImagePullSecrets = PullSecretsOf(spec, storage, settings),
                NodeSelector = NodeSelectorOf(spec, settings),
                Tolerations = TolerationsOf(spec, gpu),
                Affinity = spec.Affinity,
                TopologySpreadConstraints = NullIfNone(spec.TopologySpreadConstraints),
                ResourceClaims = NullIfNone(model.Spec.Hardware?.Gpu?.ResourceClaims),
                InitContainers = storage.InitContainers.Count == 0 ? null : storage.InitContainers,
                Containers = [ContainerOf(context, runtime, image)],
                Volumes = NullIfNone(
                [
                    .. storage.Volumes,
                    .. runtime.NeedsWritableHome ? [PodJson.EmptyVolume(HomeVolume)] : Array.Empty<JsonElement>(),
                    .. SharesMemory(runtime, gpu) ? [PodJson.EmptyVolume(SharedMemoryVolume, medium: "Memory")] : Array.Empty<JsonElement>(),
                    .. spec.ExtraVolumes ?? [],
                ]),
            },
        };
    }

    private static Container ContainerOf(RuntimeContext context, RuntimeContainer runtime, string image)
    {
        var spec = context.Spec;
        return new Container
        {
            Name = runtime.Name,
            Image = image,
            Command = spec.Command is { Count: > 0 } command ? command : runtime.Command,
            Args = NullIfNone(runtime.Arguments),
            Env = NullIfNone(
            [
                .. runtime.Environment,
                .. runtime.NeedsWritableHome ? [PodJson.Variable("HOME", HomeFolder)] : Array.Empty<JsonElement>(),
                .. spec.Env ?? [],
            ]),
            Ports = [new ContainerPort { Name = "http", Port = context.Port, Protocol = "TCP" }],
            Resources = ResourcesOf(context),
            VolumeMounts = NullIfNone(
            [
                .. context.Storage.Mounts,
                .. runtime.NeedsWritableHome ? [PodJson.Mount(HomeVolume, HomeFolder, readOnly: false)] : Array.Empty<JsonElement>(),
                .. SharesMemory(runtime, context.Gpu) ? [PodJson.Mount(SharedMemoryVolume, "/dev/shm", readOnly: false)] : Array.Empty<JsonElement>(),
                .. spec.ExtraVolumeMounts ?? [],
            ]),
            StartupProbe = spec.ProbeOverrides?.Startup ?? Probes.Startup(runtime),
            LivenessProbe = spec.ProbeOverrides?.Liveness ?? Probes.Liveness(runtime),
            ReadinessProbe = spec.ProbeOverrides?.Readiness ?? Probes.Readiness(runtime),
            SecurityContext = spec.SecurityContext ?? PodSecurity.OfContainer(readOnlyRoot: false),
            TerminationMessagePolicy = "FallbackToLogsOnError",
        };
    }

    /// <summary>GPUs as limits, CPU and memory as requests, local disk as both.</summary>
    private static ResourceRequirements? ResourcesOf(RuntimeContext context)
    {
        var requests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var limits = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var declared = context.Spec.Resources;
        Put(requests, "cpu", declared?.Cpu);
        Put(requests, "memory", Defaults.MemoryOf(context.Spec));
        Put(requests, "ephemeral-storage", declared?.EphemeralStorage);
        Put(limits, "ephemeral-storage", declared?.EphemeralStorage);
        if (context.Gpu.Count > 0)
        {
            limits[context.Gpu.ResourceName] = context.Gpu.Count.ToString(CultureInfo.InvariantCulture);
        }

        var claims = (context.Model.Spec.Hardware?.Gpu?.ResourceClaims ?? []).Select(claim => PodJson.Of(new() { ["name"] = PodJson.NameOf(claim) })).ToList();
        return requests.Count == 0 && limits.Count == 0 && claims.Count == 0
            ? null
            : new ResourceRequirements { Requests = requests.Count == 0 ? null : requests, Limits = limits.Count == 0 ? null : limits, Claims = NullIfNone(claims) };
    }

    private static void Put(SortedDictionary<string, string> quantities, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            quantities[name] = value;
        }
    }

    private static SortedDictionary<string, string>? AnnotationsOf(InferenceService service, Model model, RuntimeContext context, PodSettings settings)
    {
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);

        // What the runtime opens keeps its name when the source's content changes: the revision is what rolls the pods then.
        if (Defaults.RefreshPolicyOf(model.Spec) == RefreshPolicies.OnChange && model.Status?.ResolvedRevision is { Length: > 0 } revision)
        {
            annotations[Annotations.ModelRevision] = revision;
        }

        // From their start; it is taken off each pod when it answers (PodCare), unless it is to stay.
        if (service.Spec.Disruption is { ProtectAlways: true } or not { ProtectStartup: false })
        {
            annotations[Annotations.DoNotDisrupt] = "true";
        }

        if (settings.EmitScrapeAnnotations)
        {
            annotations["prometheus.io/scrape"] = "true";
            annotations["prometheus.io/path"] = "/metrics";
            annotations["prometheus.io/port"] = context.Port.ToString(CultureInfo.InvariantCulture);
        }

        foreach (var (key, value) in service.Spec.PodAnnotations ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            annotations[key] = value;
        }

        return annotations.Count == 0 ? null : annotations;
    }

    private static IReadOnlyList<JsonElement>? TolerationsOf(InferenceServiceSpec spec, GpuRequest gpu)
    {
        var own = gpu.Count == 0 ? [] : new[]
        {
            PodJson.Of(new() { ["key"] = gpu.TolerationKey, ["operator"] = "Equal", ["value"] = "present", ["effect"] = "NoSchedule" }),
        };
        return NullIfNone([.. own, .. spec.Tolerations ?? []]);
    }

    private static SortedDictionary<string, string>? NodeSelectorOf(InferenceServiceSpec spec, PodSettings settings)
    {
        var shared = Defaults.GpuSharingOf(spec) == GpuSharingModes.Shared ? settings.SharedGpuNodes : new Dictionary<string, string>(StringComparer.Ordinal);
        var merged = Merge(shared, spec.NodeSelector);
        return merged.Count == 0 ? null : merged;
    }

    private static IReadOnlyList<JsonElement>? PullSecretsOf(InferenceServiceSpec spec, StoragePlan storage, PodSettings settings) => NullIfNone(
    [
        .. (spec.ImagePullSecrets ?? []).Select(secret => secret.Name).Concat(storage.PullSecrets).Concat(settings.ImagePullSecrets)
            .Distinct(StringComparer.Ordinal).Select(secret => PodJson.Of(new() { ["name"] = secret })),
    ]);

    private static bool SharesMemory(RuntimeContainer runtime, GpuRequest gpu) => runtime.NeedsSharedMemory && gpu.HasGpu;

    /// <summary>Both together; the second wins.</summary>
    private static SortedDictionary<string, string> Merge(IReadOnlyDictionary<string, string>? first, IReadOnlyDictionary<string, string>? second)
    {
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in (first ?? new Dictionary<string, string>(StringComparer.Ordinal)).Concat(second ?? new Dictionary<string, string>(StringComparer.Ordinal)))
        {
            merged[key] = value;
        }

        return merged;
    }

    private static IReadOnlyList<T>? NullIfNone<T>(IReadOnlyList<T>? list) => list is { Count: > 0 } ? list : null;

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
