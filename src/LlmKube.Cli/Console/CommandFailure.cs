namespace LlmKube.Cli.Console;

/// <summary>A command cannot go on: what happened, what to do next, and the exit code.</summary>
internal sealed class CommandFailure(string message, string? hint = null, int exitCode = ExitCodes.Failed) : Exception(message)
{
    /// <summary>What to do next, as a line of its own.</summary>
    public string? Hint { get; } = hint;

    public int ExitCode { get; } = exitCode;
}
