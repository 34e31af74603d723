using System.Net;
using System.Text;

namespace LlmKube.Bench.Router;

/// <summary>What one run of load gave: latencies to the whole answer and to its first byte, sorted, and how long it took.</summary>
internal sealed record LoadResult(double[] WholeMs, double[] FirstByteMs, double Seconds, int Failures)
{
    public double PerSecond => WholeMs.Length / Seconds;

    public double Whole(double quantile) => At(WholeMs, quantile);

    public double FirstByte(double quantile) => At(FirstByteMs, quantile);

    private static double At(double[] sorted, double quantile) => sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * quantile))];
}

/// <summary>Closed-loop load: so many connections, each with one request at a time, until a count or a time is reached.</summary>
internal static class Load
{
    private const int MaxRequests = 200_000;

    public static async Task<LoadResult> RunAsync(int port, bool stream, int connections, TimeSpan time, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = connections };
        using var invoker = new HttpMessageInvoker(handler);
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        var sent = 0;
        var body = Encoding.UTF8.GetBytes($$"""{"model":"demo","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"{{new string('x', 2000)}}"}]}""");
        var all = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(
            async () =>
            {
                var whole = new List<double>();
                var first = new List<double>();
                var failures = 0;
                var buffer = new byte[64 * 1024];
                while (clock.GetElapsedTime(started) < time && Interlocked.Increment(ref sent) <= MaxRequests)
                {
                    var began = clock.GetTimestamp();
                    if (await AskAsync(invoker, port, body, buffer, () => clock.GetElapsedTime(began), cancellationToken) is { } firstByte)
                    {
                        first.Add(firstByte.TotalMilliseconds);
                        whole.Add(clock.GetElapsedTime(began).TotalMilliseconds);
                    }
                    else
                    {
                        failures++;
                    }
                }

                return (whole, first, failures);
            },
            cancellationToken)));
        var seconds = clock.GetElapsedTime(started).TotalSeconds;
        return new LoadResult(
            [.. all.SelectMany(r => r.whole).Order()], [.. all.SelectMany(r => r.first).Order()], seconds, all.Sum(r => r.failures));
    }

    private static async Task<TimeSpan?> AskAsync(
        HttpMessageInvoker invoker, int port, byte[] body, byte[] buffer, Func<TimeSpan> elapsed, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{port}/v1/chat/completions");
        message.Content = new ByteArrayContent(body);
        message.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        using var response = await invoker.SendAsync(message, cancellationToken);
        await using var answer = await response.Content.ReadAsStreamAsync(cancellationToken);
        TimeSpan? first = null;
        while (await answer.ReadAsync(buffer, cancellationToken) > 0)
        {
            first ??= elapsed();
        }

        return response.StatusCode == HttpStatusCode.OK ? first : null;
    }
}
