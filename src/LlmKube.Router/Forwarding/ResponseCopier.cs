using System.Buffers;
using System.Net;
using LlmKube.Router.OpenAi;
using Microsoft.AspNetCore.Http;

namespace LlmKube.Router.Forwarding;

/// <summary>Steps 4 to 7 of <see cref="Forwarder"/>: from the engine's headers to the last byte at the client.</summary>
internal sealed class ResponseCopier(ForwardingClocks clocks)
{
    /// <summary>A token is some hundred bytes and thousands of streams may be open, so a buffer is small.</summary>
    private const int BufferBytes = 16 * 1024;

    public async Task<ForwardingResult> CopyAsync(BackendAnswer answer, ForwardingRequest request, ExchangeClock clock)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            return await CopyAsync(answer, request, clock, buffer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<ForwardingResult> CopyAsync(BackendAnswer answer, ForwardingRequest request, ExchangeClock clock, byte[] buffer)
    {
        var client = request.Context.Response;
        Stream body;
        var filled = 0;

        // :: Step 4: first bytes. An event stream's headers are passed on at once, because its client waits for them;
        // any other answer starts with its first byte, so that what breaks before it is an honest 502.
        try
        {
            body = await answer.Response.Content.ReadAsStreamAsync(clock.Token);
            if (!answer.IsEventStream)
            {
                filled = await ReadFirstAsync(answer, body, buffer, clock);
                if (answer.Response.StatusCode == HttpStatusCode.ServiceUnavailable && EngineAnswer.IsLoading(buffer.AsMemory(0, filled)))
                {
                    return new ForwardingResult(ForwardingError.EngineLoading) { Detail = $"{answer.Endpoint} is loading the model." };
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            var early = clock.ClientIsGone ? ForwardingError.ClientGone
                : clock.Expired ? ForwardingError.FirstByteTimeout
                : ForwardingError.BrokenBeforeBody;
            return new ForwardingResult(early) { Detail = SendFailures.Describe(e, answer.Endpoint) };
        }

        // :: Step 5: start. From here on the client has seen something. No other endpoint will need the request, which may be
        // large, while the answer may take long. (Over HTTP/1.1 the handler reads headers only after it has sent the whole body.)
        request.Body.Dispose();
        client.StatusCode = (int)answer.Response.StatusCode;
        ForwardHeaders.CopyResponse(answer.Response, client.Headers);
        return await RelayAsync(new Relay(answer, body, client, clock, buffer), filled) switch
        {
            { Error: ForwardingError.None } done => done,
            var broken => await EndAsync(broken, answer, request),
        };
    }

    /// <summary>The first bytes; of a 503 all that fits, because it may be the engine saying that it is loading.</summary>
    private static async ValueTask<int> ReadFirstAsync(BackendAnswer answer, Stream body, byte[] buffer, ExchangeClock clock)
    {
        var filled = await body.ReadAsync(buffer, clock.Token);
        if (answer.Response.StatusCode == HttpStatusCode.ServiceUnavailable && filled > 0)
        {
            filled += await body.ReadAtLeastAsync(
                buffer.AsMemory(filled), Math.Max(0, EngineAnswer.MaxLoadingBytes - filled), throwOnEndOfStream: false, clock.Token);
        }

        return filled;
    }

    /// <summary>Step 6: copy. Each read is passed on before the next, so a slow client slows the engine down and nothing piles up.</summary>
    private async Task<ForwardingResult> RelayAsync(Relay relay, int filled)
    {
        var (answer, body, client, clock, buffer) = relay;
        TimeSpan? firstByte = filled > 0 ? answer.Elapsed : null;
        var events = default(EventStream);
        var reading = false;
        try
        {
            if (filled == 0)
            {
                await client.Body.FlushAsync(clock.Token);
            }

            while (true)
            {
                if (filled > 0)
                {
                    events.Saw(buffer.AsSpan(0, filled));
                    clock.Restart(clocks.Idle);
                    await client.Body.WriteAsync(buffer.AsMemory(0, filled), clock.Token);

                    // The server gives up a write that is cancelled without saying so.
                    clock.Token.ThrowIfCancellationRequested();
                    clock.Restart(clocks.Idle);
                }

                reading = true;
                filled = await body.ReadAsync(buffer, clock.Token);
                reading = false;
                if (filled == 0)
                {
                    return new ForwardingResult(ForwardingError.None) { FirstByte = firstByte };
                }

                firstByte ??= answer.Elapsed;
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            var error = clock.ClientIsGone ? ForwardingError.ClientGone
                : !reading ? clock.Expired ? ForwardingError.ClientStalled : ForwardingError.ClientGone
                : !clock.Expired ? ForwardingError.BrokenBody
                : firstByte is null ? ForwardingError.FirstByteTimeout : ForwardingError.IdleTimeout;
            return new ForwardingResult(error) { Detail = SendFailures.Describe(e, answer.Endpoint), FirstByte = firstByte, Events = events };
        }
    }

    /// <summary>
    /// Step 7: end in order, or abort. It may <em>seem</em> enough to let the response end where it stands, but a chunked answer
    /// would then be complete for its client: a sentence that stops in the middle, with no sign that more was to come.
    /// </summary>
    private static async Task<ForwardingResult> EndAsync(ForwardingResult broken, BackendAnswer answer, ForwardingRequest request)
    {
        var context = request.Context;
        if (answer.IsEventStream && broken.Error is not (ForwardingError.ClientGone or ForwardingError.ClientStalled))
        {
            var what = broken.Error == ForwardingError.BrokenBody ? "its server ended the connection." : "its server sent nothing more in time.";
            var last = broken.Events.ErrorEvent(OpenAiErrors.StreamCut(request.Target, what));
            try
            {
                await context.Response.Body.WriteAsync(last, context.RequestAborted);
                return broken;
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                return broken with { Error = ForwardingError.ClientGone };
            }
        }

        context.Abort();
        return broken;
    }

    /// <summary>What one relay works with.</summary>
    private readonly record struct Relay(BackendAnswer Answer, Stream Body, HttpResponse Client, ExchangeClock Clock, byte[] Buffer);
}
