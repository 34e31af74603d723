using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Services;

/// <summary>Turns what was asked for into a Model and an InferenceService of the same name. Only what was said is set. No I/O.</summary>
internal static class DeployedObjects
{
    private const string DefaultAutoscaleTarget = "2";

    public static (Model Model, InferenceService Service) From(DeployOptions options, string ns)
    {
        var metadata = new ObjectMeta { Name = options.Name, Namespace = ns };
        return (new Model { Metadata = metadata, Spec = ModelOf(options) }, new InferenceService { Metadata = metadata, Spec = ServiceOf(options) });
    }

    private static ModelSpec ModelOf(DeployOptions options) => new()
    {
        Source = SourceField.FromText(options.Source),
        Format = options.Format,
        Quantization = options.Quantization,
        Sha256 = options.Sha256,
        SourceSecretRef = options.Secret is null ? null : new LocalObjectReference { Name = options.Secret },
        Hardware = HardwareOf(options),
    };

    private static HardwareSpec? HardwareOf(DeployOptions options)
    {
        var accelerator = options.Accelerator ?? (options.Gpu ? Accelerators.Cuda : null);
        var gpu = !options.Gpu ? null : new GpuSpec
        {
            Enabled = true,
            Count = options.GpuCount ?? 1,
            Layers = options.GpuLayers,
            Memory = options.GpuMemory,
            Vendor = options.GpuVendor ?? VendorOf(accelerator),
        };
        return accelerator is null && gpu is null && options.MemoryBudget is null && options.MemoryFraction is null
            ? null
            : new HardwareSpec { Accelerator = accelerator, Gpu = gpu, MemoryBudget = options.MemoryBudget, MemoryFraction = options.MemoryFraction };
    }

    private static string? VendorOf(string? accelerator) => accelerator switch
    {
        Accelerators.Rocm => GpuVendors.Amd,
        Accelerators.Intel => GpuVendors.Intel,
        _ => null,
    };

    private static InferenceServiceSpec ServiceOf(DeployOptions options) => new()
    {
        ModelRef = options.Name,
        Runtime = options.Runtime,
        Replicas = options.MaxReplicas is null ? options.Replicas ?? 1 : options.Replicas,
        Image = options.Image,
        Resources = ResourcesOf(options),
        Autoscaling = AutoscalingOf(options),
        Endpoint = options.NodePort is { } port ? new EndpointSpec { Type = ServiceTypes.NodePort, NodePort = port } : null,
        ContainerPort = options.ContainerPort,
        ContextSize = options.ContextSize,
        ParallelSlots = options.Parallel,
        FlashAttention = options.FlashAttention ? true : null,
        Jinja = options.Jinja ? true : null,
        CacheTypeK = options.CacheTypeK,
        CacheTypeV = options.CacheTypeV,
        ExtraArgs = NullIfEmpty(options.ExtraArgs),
        Command = NullIfEmpty(options.Command),
        Args = NullIfEmpty(options.Args),
        Env = options.Env.Count == 0 ? null : [.. options.Env.Select(EnvOf)],
        SkipModelInit = options.SkipModelInit ? true : null,
    };

    private static ServiceResources? ResourcesOf(DeployOptions options) =>
        options.Cpu is null && options.Memory is null && !options.Gpu
            ? null
            : new ServiceResources { Cpu = options.Cpu, Memory = options.Memory, Gpu = options.Gpu ? options.GpuCount ?? 1 : null };

    private static AutoscalingSpec? AutoscalingOf(DeployOptions options) => options.MaxReplicas is not { } most ? null : new AutoscalingSpec
    {
        MinReplicas = options.MinReplicas,
        MaxReplicas = most,
        Metrics = options.AutoscaleMetric is not { } metric
            ? null
            : [new AutoscalingMetric { Type = AutoscalingMetricTypes.Pods, Name = metric, TargetAverageValue = DefaultAutoscaleTarget }],
    };

    private static JsonElement EnvOf(string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new CommandFailure($"--env {assignment}: this is not NAME=VALUE.", exitCode: ExitCodes.Usage);
        }

        var variable = new JsonObject { ["name"] = assignment[..equals], ["value"] = assignment[(equals + 1)..] };
        return JsonSerializer.SerializeToElement(variable, KubernetesJson.Default.JsonObject);
    }

    private static IReadOnlyList<string>? NullIfEmpty(IReadOnlyList<string> list) => list.Count == 0 ? null : list;
}
