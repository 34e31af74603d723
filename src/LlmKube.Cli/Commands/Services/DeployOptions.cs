using LlmKube.Cli.Console;

namespace LlmKube.Cli.Commands.Services;

/// <summary>What <c>llmkube deploy</c> was asked for; null is "not said".</summary>
internal sealed record DeployOptions
{
    public required string Name { get; init; }

    public string? Namespace { get; init; }

    public string? Source { get; init; }

    public string? Format { get; init; }

    public string? Quantization { get; init; }

    public string? Sha256 { get; init; }

    public string? Secret { get; init; }

    public int? Replicas { get; init; }

    public int? NodePort { get; init; }

    public int? MinReplicas { get; init; }

    public int? MaxReplicas { get; init; }

    public string? AutoscaleMetric { get; init; }

    public bool Gpu { get; init; }

    public string? Accelerator { get; init; }

    public int? GpuCount { get; init; }

    public int? GpuLayers { get; init; }

    public string? GpuMemory { get; init; }

    public string? GpuVendor { get; init; }

    public int? ContextSize { get; init; }

    public int? Parallel { get; init; }

    public bool FlashAttention { get; init; }

    public bool Jinja { get; init; }

    public string? CacheTypeK { get; init; }

    public string? CacheTypeV { get; init; }

    public IReadOnlyList<string> ExtraArgs { get; init; } = [];

    public string? Runtime { get; init; }

    public int? ContainerPort { get; init; }

    public bool SkipModelInit { get; init; }

    public IReadOnlyList<string> Env { get; init; } = [];

    public IReadOnlyList<string> Command { get; init; } = [];

    public IReadOnlyList<string> Args { get; init; } = [];

    public double? MemoryFraction { get; init; }

    public string? MemoryBudget { get; init; }

    public string? Cpu { get; init; }

    public string? Memory { get; init; }

    public string? Image { get; init; }

    public bool Wait { get; init; } = true;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    public bool DryRun { get; init; }

    public OutputFormat Output { get; init; }
}
