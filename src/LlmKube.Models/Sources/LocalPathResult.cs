namespace LlmKube.Models.Sources;

/// <summary>What is thought of a path on this machine.</summary>
public abstract record LocalPathResult
{
    private LocalPathResult()
    {
    }

    /// <summary>It may be read; <paramref name="Path"/> is where it really is, without links.</summary>
    public sealed record Allowed(string Path) : LocalPathResult;

    /// <summary>It lies outside the folders that models may be read from.</summary>
    public sealed record NotAllowed(string Message) : LocalPathResult;

    public sealed record Missing(string Message) : LocalPathResult;

    /// <summary>It is there and cannot be used.</summary>
    public sealed record Failed(string Message) : LocalPathResult;
}
