using System.Text.Json.Serialization;
using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>What each replica gets. CPU and memory are requests; there are no limits on them.</summary>
public sealed record ServiceResources
{
    /// <summary>GPUs of each replica, when the Model does not say.</summary>
    [Minimum(0)]
    [Maximum(8)]
    public int? Gpu { get; init; }

    /// <summary>How the GPU is shared with other services.</summary>
    public GpuSharingSpec? GpuSharing { get; init; }

    /// <summary>GPU memory that is expected to be used, as a quantity. For the record.</summary>
    public string? GpuMemory { get; init; }

    /// <summary>CPU as a quantity, such as 2 or 500m.</summary>
    public string? Cpu { get; init; }

    /// <summary>Memory as a quantity, such as 4Gi.</summary>
    public string? Memory { get; init; }

    /// <summary>Memory as a quantity for models that are partly held in main memory; wins over memory.</summary>
    public string? HostMemory { get; init; }

    /// <summary>Local disk as a quantity, both requested and limited; bounds an ephemeral model cache.</summary>
    [Pattern("^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$")]
    public string? EphemeralStorage { get; init; }
}

/// <summary>How a GPU is shared between services.</summary>
[Cel("!has(self.mode) || self.mode != 'partitioned' || (has(self.profile) && size(self.profile) > 0)", "mode partitioned needs a profile")]
[Cel("!has(self.profile) || size(self.profile) == 0 || (has(self.mode) && self.mode == 'partitioned')", "a profile needs mode partitioned")]
[Cel("!has(self.memoryLimitGiB) || (has(self.mode) && self.mode == 'shared')", "memoryLimitGiB needs mode shared")]
public sealed record GpuSharingSpec
{
    /// <summary>Alone on the GPU, together with others on one, or alone on a hardware slice of one.</summary>
    [Default(GpuSharingModes.Exclusive)]
    [OneOf(GpuSharingModes.Exclusive, GpuSharingModes.Shared, GpuSharingModes.Partitioned)]
    public string? Mode { get; init; }

    /// <summary>MIG profile of the slice, such as 3g.20gb.</summary>
    public string? Profile { get; init; }

    /// <summary>GPU memory that a sharing service counts for in quotas. Nothing enforces it at run time.</summary>
    [Minimum(1)]
    [JsonPropertyName("memoryLimitGiB")]
    public int? MemoryLimitGiB { get; init; }
}
