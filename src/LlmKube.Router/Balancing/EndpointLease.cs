using LlmKube.Router.Routing;

namespace LlmKube.Router.Balancing;

/// <summary>A request's claim on one endpoint; disposing it says that the request ended.</summary>
internal sealed class EndpointLease(EndpointBalancer balancer, BackendEndpoint endpoint, bool isProbe) : IDisposable
{
    private bool _ended;

    public BackendEndpoint Endpoint => endpoint;

    /// <summary>The endpoint answered.</summary>
    public void ReportReached() => balancer.ReportReached(endpoint);

    /// <summary>No connection came about; the endpoint is left alone for a while.</summary>
    public void ReportUnreachable() => balancer.ReportUnreachable(endpoint);

    public void Dispose()
    {
        if (!_ended)
        {
            _ended = true;
            balancer.End(endpoint, isProbe);
        }
    }
}
