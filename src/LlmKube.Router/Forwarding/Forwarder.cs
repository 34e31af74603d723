using System.Net;
using LlmKube.Router.Balancing;
using LlmKube.Router.Routing;

namespace LlmKube.Router.Forwarding;

/// <summary>Sends one request to an engine and its answer to the client, byte for byte, as it comes.</summary>
/// <remarks>
/// <code>
///   client ── body (whole) ──► 1 choose ─► 2 send ─► 3 headers ─► 4 first bytes ─► 5 start ─► 6 copy ──► client
///                                 ▲           │           │             │              ╎         │
///                                 └───────────┴── again ──┴─── again ───┘              ╎         └─ 7 end in order, or abort
///                                        nothing reached the client                    ╎  something did
/// </code>
/// Another endpoint is tried only on the left of the dashed line: after step 5 an answer is never replayed.
/// </remarks>
internal sealed class Forwarder(EndpointBalancer balancer, HttpMessageInvoker backends, ForwardingClocks clocks, TimeProvider time)
{
    private const int MaxAttempts = 4;

    /// <summary>
    /// A request that breaks the connection may be one that kills the engine; sent to every replica it would kill them all.
    /// Once more is enough for a connection that was closed while it was idle.
    /// </summary>
    private const int MaxSendsAfterBreak = 2;

    private readonly ResponseCopier _copier = new(clocks);

    public async Task<ForwardingResult> ForwardAsync(ForwardingRequest request, CancellationToken clientGone)
    {
        var tried = new List<BackendEndpoint>(MaxAttempts);
        var result = new ForwardingResult(ForwardingError.NoEndpoint);
        var breaks = 0;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            // :: Step 1: choose. After a break the only replica may be asked again; after a refused connection it may not.
            using var lease = balancer.TryTake(request.Endpoints, tried)
                ?? (result.Error == ForwardingError.BrokenBeforeHeaders ? balancer.TryTake(request.Endpoints, []) : null);
            if (lease is null)
            {
                return result;
            }

            tried.Add(lease.Endpoint);
            result = await AttemptAsync(request, lease, clientGone) with { Endpoint = lease.Endpoint, Attempts = attempt };
            breaks += result.Error == ForwardingError.BrokenBeforeHeaders ? 1 : 0;
            if (result.Error is not (ForwardingError.ConnectFailed or ForwardingError.EngineLoading or ForwardingError.BrokenBeforeHeaders)
                || breaks >= MaxSendsAfterBreak)
            {
                return result;
            }
        }

        return result;
    }

    private async Task<ForwardingResult> AttemptAsync(ForwardingRequest request, EndpointLease lease, CancellationToken clientGone)
    {
        var started = time.GetTimestamp();
        using var clock = new ExchangeClock(clocks.FirstByte, time, clientGone);
        using var message = MessageFor(request, lease.Endpoint);

        // :: Step 2: send, and wait for the response's headers.
        HttpResponseMessage response;
        try
        {
            response = await backends.SendAsync(message, clock.Token);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            var error = SendFailures.Classify(e, clock);
            if (error == ForwardingError.ConnectFailed)
            {
                lease.ReportUnreachable();
            }

            return new ForwardingResult(error) { Detail = SendFailures.Describe(e, lease.Endpoint) };
        }

        // :: Step 3: headers are here, so the endpoint is alive.
        using (response)
        {
            lease.ReportReached();
            if (request.HasOther && response.StatusCode >= HttpStatusCode.InternalServerError)
            {
                return new ForwardingResult(ForwardingError.ServerError) { Status = (int)response.StatusCode, Detail = $"{lease.Endpoint} (status {(int)response.StatusCode})." };
            }

            var answer = new BackendAnswer(response, lease.Endpoint, started, time);
            return await _copier.CopyAsync(answer, request, clock) with { Status = (int)response.StatusCode, IsStream = answer.IsEventStream };
        }
    }

    private static HttpRequestMessage MessageFor(ForwardingRequest request, BackendEndpoint endpoint)
    {
        var incoming = request.Context.Request;
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{endpoint}{incoming.Path}{incoming.QueryString}"))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = ForwardedBody.Of(request.Body.Bytes, request.Facts, request.Target.ServedName),
        };
        ForwardHeaders.CopyRequest(incoming.Headers, message);
        return message;
    }
}
