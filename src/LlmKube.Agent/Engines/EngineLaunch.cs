namespace LlmKube.Agent.Engines;

/// <summary>How to run an engine: the program, what comes before the engine's own arguments, and its environment.</summary>
public sealed record EngineLaunch(string Executable, IReadOnlyList<string> LeadingArguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Name for people.</summary>
    public string Name { get; init; } = "llama-server";

    public string? Version { get; init; }
}
