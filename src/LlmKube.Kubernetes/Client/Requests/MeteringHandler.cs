namespace LlmKube.Kubernetes.Client.Requests;

/// <summary>Counts and times requests as the caller sees them, waits and retries included.</summary>
internal sealed class MeteringHandler(RequestMetrics metrics, TimeProvider time, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            metrics.Answered(request.Method, (int)response.StatusCode, time.GetElapsedTime(begun));
            return response;
        }
        catch (HttpRequestException)
        {
            metrics.Failed(request.Method, time.GetElapsedTime(begun));
            throw;
        }
    }
}
