using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace LlmKube.TestKit.Sites;

/// <summary>Answers for a file as a good server does, but for what a test changes.</summary>
public sealed record ServedFile(byte[] Bytes)
{
    private const int Piece = 64 * 1024;

    public string? ETag { get; init; } = "\"v1\"";

    public bool Ranges { get; init; } = true;

    /// <summary>Whether the answer says how long it is.</summary>
    public bool Length { get; init; } = true;

    public bool Head { get; init; } = true;

    /// <summary>Cuts the connection after so many bytes of a body.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Begins a range so many bytes later than asked for.</summary>
    public int RangeShift { get; init; }

    /// <summary>Waits after each piece of 64 KiB.</summary>
    public TimeSpan Pause { get; init; }

    public async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (HttpMethods.IsHead(request.Method) && !Head)
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (ETag is not null)
        {
            response.Headers.ETag = ETag;
        }

        if (Ranges)
        {
            response.Headers.AcceptRanges = "bytes";
        }

        var body = Bytes.AsMemory();
        if (Ranges && request.GetTypedHeaders().Range is { Ranges: { Count: 1 } ranges } && IfRangeHolds(request))
        {
            var from = ranges.First().From ?? 0;
            var to = Math.Min(ranges.First().To ?? long.MaxValue, Bytes.Length - 1);
            if (from >= Bytes.Length)
            {
                response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{Bytes.Length}");
                return;
            }

            body = Bytes.AsMemory((int)from, (int)(to - from + 1));
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from + RangeShift}-{to}/{Bytes.Length}");
        }

        response.ContentLength = Length ? body.Length : null;
        if (!HttpMethods.IsHead(request.Method))
        {
            await SendAsync(context, body);
        }
    }

    private bool IfRangeHolds(HttpRequest request) => request.Headers.IfRange.Count == 0 || request.Headers.IfRange == ETag;

    private async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        var site = (TestSite)context.Items[typeof(TestSite)]!;
        for (var sent = 0; sent < body.Length; sent += Piece)
        {
            var piece = body.Slice(sent, Math.Min(Piece, body.Length - sent));
            if (CutAfter is { } cut && sent + piece.Length > cut)
            {
                await context.Response.Body.WriteAsync(piece[..Math.Max(0, cut - sent)], context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                context.Abort();
                return;
            }

            // Counted first: whoever got the bytes may look at the count at once.
            site.Sent(piece.Length);
            await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            if (Pause > TimeSpan.Zero)
            {
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(Pause, TimeProvider.System, context.RequestAborted);
            }
        }
    }
}
