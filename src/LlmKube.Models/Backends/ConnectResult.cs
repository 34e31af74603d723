namespace LlmKube.Models.Backends;

/// <summary>What came of reaching for a source.</summary>
public abstract record ConnectResult
{
    private ConnectResult()
    {
    }

    /// <summary>The source was found; the session is the caller's to dispose of.</summary>
    public sealed record Connected(IModelSession Session) : ConnectResult;

    /// <summary>It was not.</summary>
    public sealed record Failed(ModelFailure Failure) : ConnectResult;
}
