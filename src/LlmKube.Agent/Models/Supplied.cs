using LlmKube.Agent.Reports;

namespace LlmKube.Agent.Models;

/// <summary>Whether a model is on this machine.</summary>
internal abstract record Supplied
{
    private Supplied()
    {
    }

    /// <summary>It is, at a path.</summary>
    internal sealed record Here(string Path, string? Revision) : Supplied;

    /// <summary>It is not yet, or cannot be.</summary>
    internal sealed record Missing(Refusal Why) : Supplied;
}
