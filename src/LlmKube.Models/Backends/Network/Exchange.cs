namespace LlmKube.Models.Backends.Network;

/// <summary>What came of a request: an answer, from where the redirects led, or a failure.</summary>
internal sealed class Exchange : IDisposable
{
    public Exchange(HttpResponseMessage answer, Uri url) => (Answer, Url) = (answer, url);

    public Exchange(ModelFailure failure, Uri url) => (Failure, Url) = (failure, url);

    /// <summary>The answer, of whatever status; null exactly where there is a failure.</summary>
    public HttpResponseMessage? Answer { get; }

    public ModelFailure? Failure { get; }

    /// <summary>The address that answered.</summary>
    public Uri Url { get; }

    public void Dispose() => Answer?.Dispose();
}
