using System.Text.Json;
using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>Hardware that a model is meant to run on.</summary>
public sealed record HardwareSpec
{
    /// <summary>What computes: cpu, or the API of a GPU. metal is always served by an agent outside the cluster.</summary>
    [Default(Accelerators.Cpu)]
    [OneOf(Accelerators.Cpu, Accelerators.Metal, Accelerators.Cuda, Accelerators.Rocm, Accelerators.Intel, Accelerators.Vulkan)]
    public string? Accelerator { get; init; }

    /// <summary>How GPUs are asked for and used.</summary>
    public GpuSpec? Gpu { get; init; }

    /// <summary>Memory that an agent may give to this model, as a quantity such as 24Gi. Wins over memoryFraction.</summary>
    public string? MemoryBudget { get; init; }

    /// <summary>Share of the machine's memory that an agent may give to this model: above 0, at most 1.</summary>
    public double? MemoryFraction { get; init; }
}

/// <summary>How GPUs are asked for and used.</summary>
[Cel("!has(self.resourceName) || !has(self.resourceClaims) || size(self.resourceClaims) == 0", "give either resourceName or resourceClaims, not both")]
public sealed record GpuSpec
{
    /// <summary>Whether a GPU is wanted at all.</summary>
    public bool? Enabled { get; init; }

    /// <summary>GPUs in each pod. Wins over the InferenceService's resources.gpu when above 0.</summary>
    [Minimum(0)]
    [Maximum(8)]
    public int? Count { get; init; }

    /// <summary>GPU memory that the model takes, as a quantity; counted against quotas when GPUs are shared.</summary>
    public string? Memory { get; init; }

    /// <summary>Who made the GPU; names the extended resource.</summary>
    [Default(GpuVendors.Nvidia)]
    [OneOf(GpuVendors.Nvidia, GpuVendors.Amd, GpuVendors.Intel)]
    public string? Vendor { get; init; }

    /// <summary>How llama.cpp reaches an AMD GPU; picks the image and the extended resource.</summary>
    [OneOf(GpuRuntimes.Vulkan, GpuRuntimes.Rocm)]
    public string? Runtime { get; init; }

    /// <summary>Extended resource to ask for in place of the vendor's own.</summary>
    [Pattern(@"^[a-z0-9.\-]+/[a-z0-9._\-]+$")]
    public string? ResourceName { get; init; }

    /// <summary>Key of the taint to tolerate in place of the resource's name.</summary>
    [Pattern(@"^[a-z0-9.\-]+/[a-z0-9._\-]+$")]
    public string? TolerationKey { get; init; }

    /// <summary>Layers held on the GPU. 0 and -1 mean all of them.</summary>
    [Minimum(-1)]
    public int? Layers { get; init; }

    /// <summary>How the model is spread over several GPUs.</summary>
    public GpuSharding? Sharding { get; init; }

    /// <summary>Claims for dynamic resource allocation, in place of an extended resource.</summary>
    [MaxItems(16)]
    [CoreType("PodResourceClaim")]
    [Cel(
        "self.all(claim, has(claim.resourceClaimName) != has(claim.resourceClaimTemplateName))",
        "each claim needs exactly one of resourceClaimName and resourceClaimTemplateName")]
    public IReadOnlyList<JsonElement>? ResourceClaims { get; init; }
}

/// <summary>How a model is spread over several GPUs.</summary>
public sealed record GpuSharding
{
    /// <summary>What is divided: whole layers, the rows of each tensor, or nothing. pipeline acts as layer, tensor as row.</summary>
    [Default(ShardingStrategies.Layer)]
    [OneOf(ShardingStrategies.Layer, ShardingStrategies.Tensor, ShardingStrategies.Row, ShardingStrategies.Pipeline, ShardingStrategies.None)]
    public string? Strategy { get; init; }

    /// <summary>Layers of each GPU in order, as ranges such as 0-24. As many as there are GPUs, or it is ignored.</summary>
    public IReadOnlyList<string>? LayerSplit { get; init; }
}
