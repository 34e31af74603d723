using LlmKube.Router.Routing;

namespace LlmKube.Router.Forwarding;

/// <summary>A response whose headers have come and whose body has not.</summary>
internal sealed class BackendAnswer(HttpResponseMessage response, BackendEndpoint endpoint, long started, TimeProvider time)
{
    public HttpResponseMessage Response => response;

    public BackendEndpoint Endpoint => endpoint;

    public bool IsEventStream { get; } = EventStream.Is(response);

    /// <summary>From the start of the attempt until now.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(started);
}
