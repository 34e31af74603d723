using System.CommandLine;
using System.Globalization;
using LlmKube.Cli.Commands.Cache;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Configuration;
using LlmKube.Operator.Pods;
using LlmKube.Operator.Webhooks;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Roles;

/// <summary>The flags of the operator, under the names that existing installations pass.</summary>
internal sealed class OperatorFlags
{
    public const string ImageVariable = "LLMKUBE_IMAGE";

    public OperatorAddresses Addresses { get; } = new();

    public Option<bool> LeaderElect { get; } = new("--leader-elect") { Description = "Only one of several operators acts at a time" };

    public Option<string> Image { get; } = Text("--init-container-image", "", "This product's own image, which fetches models in pods (default: LLMKUBE_IMAGE)", "image");

    public Option<string> ImagePullPolicy { get; } = Text("--init-container-pull-policy", "", "Pull policy of that image", "policy");

    public Option<string> RuntimeImages { get; } = Text("--runtime-images", "", "Images in place of the runtimes' own: llamacpp=IMAGE,vllm=IMAGE,...", "list");

    public Option<string> ImageRegistry { get; } = Text("--image-registry", "", "Registry, with a path, that has copies of the runtimes' images", "registry");

    public Option<string> CachePath { get; } = Text("--model-cache-path", "/models", "Empty keeps no models", "folder");

    public Option<string> CacheMode { get; } = Text("--model-cache-mode", CacheSettings.Shared, "A claim for each namespace (shared), service (perService) or Model (perModel), or a folder of each node (nodeLocal)", "mode");

    public Option<string> CacheSize { get; } = Text("--model-cache-size", "100Gi", "What a claim for models asks for", "quantity");

    public Option<string> CacheClass { get; } = Text("--model-cache-storage-class", "", "Storage class of claims for models (default: the cluster's)", "class");

    public Option<string> CacheAccess { get; } = Text("--model-cache-access-mode", "ReadWriteOnce", "Access mode of shared claims", "mode");

    public Option<string> CacheHostPath { get; } = Text("--model-cache-host-path", "", "Folder of each node, for nodeLocal", "folder");

    public Option<string> HostPathRoots { get; } = Text("--allowed-host-path-roots", "", "Folders of nodes that models may be served from, with commas", "list");

    public Option<long> FsGroup { get; } = Number("--default-fsgroup", PodSettings.DefaultGroup, "Group that owns the volumes of pods; 0 leaves it to the cluster (OpenShift)");

    public Option<long> RunAsUser { get; } = Number("--default-run-as-user", PodSettings.DefaultUser, "User that pods run as; 0 leaves it to the cluster (OpenShift)");

    public Option<long> RenderGroup { get; } = Number("--dri-render-gid", 0, "Group of the render device; 0 for none");

    public Option<string> SharedPool { get; } = Text("--gpu-sharing-shared-pool-selector", "", "Labels of the nodes whose GPUs are shared: KEY=VALUE,...", "labels");

    public Option<string> Prometheus { get; } = Text("--prometheus-address", "", "Where Prometheus answers: with KEDA in the cluster, services are scaled by it", "url");

    public Option<string> PullSecrets { get; } = Text("--image-pull-secrets", "", "Secrets with users of registries that every pod gets, of its own namespace, with commas", "list");

    public Option<string> VerifyKeys { get; } = Text("--verify-keys-secret", "", "Secret, of a Model's own namespace, with the keys by one of which every Model has to be signed that says nothing of its own", "name");

    public Option<string> VerifyPolicy { get; } = Text("--verify-policy", VerifyPolicies.Require, "Require refuses a Model that is not, Warn only says so", "policy");

    public Option<bool> ServeKubeAi { get; } = new("--serve-kubeai") { Description = "Serve Models of KubeAI (kubeai.org/v1) too, in the place of its own operator" };

    public Option<bool> ScrapeAnnotations { get; } = new("--emit-scrape-annotations") { Description = "Annotate pods for Prometheus" };

    public Option<string> RevalidateInterval { get; } = Text("--model-revalidate-interval", "1h", "How often sources are asked whether they changed", "duration");

    public Option<int> WebhookPort { get; } = new("--webhook-port") { Description = "Where the admission webhooks are served; 0 for nowhere", HelpName = "port", DefaultValueFactory = _ => 0 };

    public Option<string> WebhookService { get; } = Text("--webhook-service", "llmkube-webhook", "The Service in front of them", "name");

    public Option<string> WebhookFailurePolicy { get; } = Text("--webhook-failure-policy", "Ignore", "Fail or Ignore: what becomes of requests while no operator answers", "policy");

    public Option<int> RequestsPerSecond { get; } = new("--kube-api-qps") { Description = "Requests a second to the API server, in the long run; it has limits of its own", HelpName = "number", DefaultValueFactory = _ => 500 };

    public Option<int> Burst { get; } = new("--kube-api-burst") { Description = "Requests to it at once after a pause", HelpName = "number", DefaultValueFactory = _ => 1000 };

    public Option<bool> Offline { get; } = new("--offline") { Description = "Open no connection to any source" };

    public void AddTo(Command command)
    {
        Addresses.AddTo(command);
        Option[] all =
        [
            LeaderElect, Image, ImagePullPolicy, RuntimeImages, ImageRegistry, CachePath, CacheMode, CacheSize, CacheClass, CacheAccess,
            CacheHostPath, HostPathRoots, FsGroup, RunAsUser, RenderGroup, SharedPool, Prometheus, PullSecrets, VerifyKeys, VerifyPolicy, ServeKubeAi, ScrapeAnnotations, RevalidateInterval, WebhookPort, WebhookService, WebhookFailurePolicy, RequestsPerSecond, Burst, Offline,
        ];
        foreach (var option in all)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What the flags say of pods.</summary>
    public PodSettings Settings(ParseResult parsed, CommandContext context)
    {
        var image = parsed.GetValue(Image) is { Length: > 0 } named ? named : context.Environment(ImageVariable);
        if (string.IsNullOrEmpty(image))
        {
            throw new CommandFailure("The operator was not told its own image.", "Models are fetched in pods with it: pass --init-container-image, or set LLMKUBE_IMAGE.", ExitCodes.Usage);
        }

        return new PodSettings
        {
            Image = image,
            ImagePullPolicy = parsed.GetValue(ImagePullPolicy) is { Length: > 0 } policy ? policy : null,
            RuntimeImages = Pairs(parsed, RuntimeImages),
            ImageRegistry = parsed.GetValue(ImageRegistry),
            RegistryMirrors = SourceAccess.OfAnInstallation(context).Mirrors.ToString(),
            Cache = Cache(parsed),
            RunAsUser = Positive(parsed.GetValue(RunAsUser)),
            FsGroup = Positive(parsed.GetValue(FsGroup)),
            RenderGroup = Positive(parsed.GetValue(RenderGroup)),
            AllowedHostPathRoots = parsed.GetValue(HostPathRoots)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            ImagePullSecrets = (parsed.GetValue(PullSecrets) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            Verify = parsed.GetValue(VerifyKeys) is { Length: > 0 } keys ? new VerifySpec { Keys = new LocalObjectReference { Name = keys }, Policy = parsed.GetValue(VerifyPolicy) } : null,
            PrometheusAddress = parsed.GetValue(Prometheus) is { Length: > 0 } prometheus ? prometheus : null,
            EmitScrapeAnnotations = parsed.GetValue(ScrapeAnnotations),
            SharedGpuNodes = Pairs(parsed, SharedPool),
        };
    }

    /// <summary>The connection at the pace that the flags say.</summary>
    public ClientConfiguration Paced(ClientConfiguration configuration, ParseResult parsed) =>
        configuration with { RequestsPerSecond = Math.Max(1, parsed.GetValue(RequestsPerSecond)), Burst = Math.Max(1, parsed.GetValue(Burst)) };

    /// <summary>What the flags say of webhooks; null where none are served.</summary>
    public WebhookSettings? Webhooks(ParseResult parsed, string ns)
    {
        if (parsed.GetValue(WebhookPort) == 0)
        {
            return null;
        }

        var policy = parsed.GetValue(WebhookFailurePolicy)!;
        return policy is "Fail" or "Ignore"
            ? new WebhookSettings { Port = parsed.GetValue(WebhookPort), Namespace = ns, ServiceName = parsed.GetValue(WebhookService)!, FailurePolicy = policy }
            : throw new CommandFailure($"--webhook-failure-policy {policy} is unknown.", "Choose Fail or Ignore.", ExitCodes.Usage);
    }

    /// <summary>A length of time as Go programs take it: <c>1h30m</c>, <c>45s</c>.</summary>
    internal static TimeSpan Duration(string text, string option)
    {
        var total = TimeSpan.Zero;
        var number = "";
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                number += c;
                continue;
            }

            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || c is not ('h' or 'm' or 's'))
            {
                throw Wrong();
            }

            total += c switch { 'h' => TimeSpan.FromHours(value), 'm' => TimeSpan.FromMinutes(value), _ => TimeSpan.FromSeconds(value) };
            number = "";
        }

        return number.Length == 0 && total > TimeSpan.Zero ? total : throw Wrong();

        CommandFailure Wrong() => new($"{option} {text} is no length of time.", "Write 1h, 30m or 90s.", ExitCodes.Usage);
    }

    private CacheSettings Cache(ParseResult parsed)
    {
        var mode = parsed.GetValue(CacheMode)!;
        if (mode is not (CacheSettings.Shared or CacheSettings.PerService or CacheSettings.PerModel or CacheSettings.NodeLocal))
        {
            throw new CommandFailure($"--model-cache-mode {mode} is unknown.", "Choose shared, perService, perModel or nodeLocal.", ExitCodes.Usage);
        }

        return new CacheSettings
        {
            Mode = parsed.GetValue(CachePath) is { Length: > 0 } ? mode : null,
            Size = parsed.GetValue(CacheSize)!,
            StorageClass = parsed.GetValue(CacheClass),
            AccessMode = parsed.GetValue(CacheAccess)!,
            HostPath = parsed.GetValue(CacheHostPath),
        };
    }

    private static Dictionary<string, string> Pairs(ParseResult parsed, Option<string> option)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in parsed.GetValue(option)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw new CommandFailure($"{option.Name}: '{pair}' is no KEY=VALUE.", "Write KEY=VALUE, and commas between several.", ExitCodes.Usage);
            }

            if (at < pair.Length - 1)
            {
                pairs[pair[..at]] = pair[(at + 1)..];
            }
        }

        return pairs;
    }

    private static long? Positive(long number) => number > 0 ? number : null;

    internal static Option<string> Text(string name, string otherwise, string description, string help) =>
        new(name) { Description = description, HelpName = help, DefaultValueFactory = _ => otherwise };

    private static Option<long> Number(string name, long otherwise, string description) =>
        new(name) { Description = description, HelpName = "id", DefaultValueFactory = _ => otherwise };
}
