using System.Text.Json;

namespace LlmKube.Operator.Pods.Runtimes;

/// <summary>What one runtime asks of its container, in terms that every runtime shares.</summary>
internal sealed record RuntimeContainer
{
    /// <summary>Name of the container.</summary>
    public required string Name { get; init; }

    /// <summary>The image where nothing else names one; null where the runtime has none of its own.</summary>
    public string? DefaultImage { get; init; }

    /// <summary>The image's own entry point where null.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public IReadOnlyList<JsonElement> Environment { get; init; } = [];

    /// <summary>Path that answers while it starts and serves; null asks for a connection alone.</summary>
    public string? HealthPath { get; init; } = "/health";

    /// <summary>Another path that says that it lives.</summary>
    public string? LivenessPath { get; init; }

    /// <summary>It writes below its home folder, which must therefore be one that its user may write to.</summary>
    public bool NeedsWritableHome { get; init; }

    /// <summary>Its processes share memory, more than a container gets by itself.</summary>
    public bool NeedsSharedMemory { get; init; }

    /// <summary>Whether Kubernetes' variables for every Service of the namespace would be read as its own settings.</summary>
    public bool MistakesServiceLinks { get; init; }

    /// <summary>The measure of load that it offers; null for none.</summary>
    public string? LoadMetric { get; init; }

    /// <summary>The gauge that is zero while it works on nothing, where that is not <see cref="LoadMetric"/>.</summary>
    public string? BusyMetric { get; init; }
}
