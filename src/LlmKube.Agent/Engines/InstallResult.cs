namespace LlmKube.Agent.Engines;

/// <summary>What came of an installation.</summary>
public abstract record InstallResult
{
    private InstallResult()
    {
    }

    public sealed record Installed(EngineLaunch Launch) : InstallResult;

    /// <summary>It cannot be done here: why, and what to do instead.</summary>
    public sealed record NotPossible(string Message, string Hint) : InstallResult;
}
