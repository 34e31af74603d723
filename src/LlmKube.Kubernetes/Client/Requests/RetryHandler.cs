using System.Net;
using System.Net.Http.Headers;

namespace LlmKube.Kubernetes.Client.Requests;

/// <summary>
/// Tries again where that is safe: a request that the server turned away unread (429, as its priority and fairness does, or 503 with a
/// time to wait), after the time it names; a read whose connection broke before the answer began; and any request whose connection broke
/// before it was secure, because nothing of the request had been sent.
/// </summary>
internal sealed class RetryHandler(RequestMetrics metrics, TimeProvider time, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>As often as client-go tries.</summary>
    internal const int MaxAttempts = 10;

    private const int MaxBroken = 2;

    /// <summary>A server that wants more patience than this gets its answer passed on.</summary>
    internal static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_withoutHint = TimeSpan.FromSeconds(1);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var waited = TimeSpan.Zero;
        var broken = 0;
        for (var attempt = 1; ; attempt++)
        {
            HttpResponseMessage response;
            try
            {
                response = await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException e) when ((WasNotSent(e) || (request.Method == HttpMethod.Get && MayHaveBeenReset(e))) && ++broken <= MaxBroken)
            {
                metrics.Retried(request.Method, "connection");
                continue;
            }

            if (attempt >= MaxAttempts || TimeToWait(request, response) is not { } wait || (waited += wait) > MaxWait)
            {
                return response;
            }

            metrics.Retried(request.Method, ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
            response.Dispose();
            await Task.Delay(wait, time, cancellationToken);
        }
    }

    /// <summary>Null where the answer is one.</summary>
    private TimeSpan? TimeToWait(HttpRequestMessage request, HttpResponseMessage response) => response.StatusCode switch
    {
        // Of an eviction it is the answer: a disruption budget forbids it for now.
        HttpStatusCode.TooManyRequests when request.RequestUri?.AbsolutePath.EndsWith("/eviction", StringComparison.Ordinal) == true => null,
        HttpStatusCode.TooManyRequests => Hint(response.Headers.RetryAfter) ?? s_withoutHint,

        // Without the header it says that a server behind this one failed, perhaps after it had begun.
        HttpStatusCode.ServiceUnavailable when request.Method == HttpMethod.Get => Hint(response.Headers.RetryAfter),
        _ => null,
    };

    private TimeSpan? Hint(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>A server that is just going away, or a balancer before several, cuts a connection off in its first exchange. What it presents and is not trusted is another matter.</summary>
    private static bool WasNotSent(HttpRequestException e) => e is { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: IOException };

    /// <summary>A connection that was kept for reuse may have been closed by the other side at the same moment.</summary>
    private static bool MayHaveBeenReset(HttpRequestException e) =>
        e.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.HttpProtocolError
        || e.InnerException is IOException;
}
