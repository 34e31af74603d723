namespace LlmKube.Agent.Processes;

/// <summary>A process to start: what to run, and the identity by which a later agent finds it again.</summary>
internal sealed record ProcessLaunch
{
    /// <summary>The replica's name, unique on this machine: <c>namespace/pod</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Changes whenever anything about the launch changes, so that an adopted process is known to be the wanted one.</summary>
    public required string Hash { get; init; }

    public required int Port { get; init; }

    public required string Executable { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Standard output and standard error are appended here by the process itself, so that they survive the agent.</summary>
    public required string LogFile { get; init; }
}
