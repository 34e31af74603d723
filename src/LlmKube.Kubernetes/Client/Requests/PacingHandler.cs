namespace LlmKube.Kubernetes.Client.Requests;

/// <summary>Lets requests through at the pace that this client may ask at. A retry takes a turn like any other request.</summary>
internal sealed class PacingHandler(RequestPacer pacer, RequestMetrics metrics, TimeProvider time, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var wait = pacer.Take();
        metrics.Paced(request.Method, wait);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellationToken);
        }

        return await base.SendAsync(request, cancellationToken);
    }
}
