using System.Globalization;

namespace LlmKube.Bench.Router;

/// <summary>
/// What the router adds to an engine, beside what nginx adds as a plain proxy. Everything runs on this machine, in turns of one
/// second so that a disturbance meets all alike; the result is ratios, because times say more about the machine than about us.
/// </summary>
internal static class RouterScenario
{
    private const double LeastDifference = 0.2;

    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(string[] arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var seconds = Math.Clamp(Option(arguments, "--seconds", 5), 1, 60);
        var connections = Math.Clamp(Option(arguments, "--connections", 8), 1, 256);
        var folder = Directory.CreateTempSubdirectory("llmkube-bench-");
        try
        {
            await using var engine = await ChildProcess.StartSelfAsync("fake-engine", ChildProcess.FreePort(), [], cancellationToken);
            await using var router = await ChildProcess.StartSelfAsync(
                "router-process", ChildProcess.FreePort(), [engine.Port.ToString(CultureInfo.InvariantCulture)], cancellationToken);
            await using var nginx = await Nginx.TryStartAsync(engine.Port, folder.FullName, cancellationToken);
            await output.WriteLineAsync($"{seconds} s each, in turns; {Environment.ProcessorCount} processors; nginx: {(nginx is null ? "not installed" : "one process")}");
            var ways = new List<(string Name, int Port)> { ("direct", engine.Port), ("router", router.Port) };
            if (nginx is not null)
            {
                ways.Add(("nginx", nginx.Port));
            }

            foreach (var (stream, count) in ((bool, int)[])[(false, 1), (false, connections), (true, 1), (true, connections)])
            {
                var results = await CompareAsync(ways, stream, count, seconds, cancellationToken);
                await ReportAsync(output, $"{(stream ? "stream of 100 events" : "short answer")}, {count} at once", results);
            }

            await output.WriteLineAsync($"resident after load: router {router.ResidentMiB:0} MiB{(nginx is null ? "" : $", nginx {nginx.ResidentMiB:0} MiB")}");
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<List<(string Name, LoadResult Result)>> CompareAsync(
        List<(string Name, int Port)> ways, bool stream, int connections, int seconds, CancellationToken cancellationToken)
    {
        var parts = ways.ToDictionary(w => w.Name, _ => new List<LoadResult>(), StringComparer.Ordinal);
        for (var turn = -1; turn < seconds; turn++)
        {
            foreach (var (name, port) in ways)
            {
                var part = await Load.RunAsync(port, stream, connections, s_turn, cancellationToken);
                if (turn >= 0)
                {
                    // The turn before the first warms up and is not counted.
                    parts[name].Add(part);
                }
            }
        }

        return [.. ways.Select(w => (w.Name, Join(parts[w.Name])))];
    }

    private static LoadResult Join(List<LoadResult> parts) => new(
        [.. parts.SelectMany(p => p.WholeMs).Order()],
        [.. parts.SelectMany(p => p.FirstByteMs).Order()],
        parts.Sum(p => p.Seconds),
        parts.Sum(p => p.Failures));

    private static async Task ReportAsync(TextWriter output, string title, List<(string Name, LoadResult Result)> results)
    {
        var direct = results[0].Result;
        await output.WriteLineAsync();
        await output.WriteLineAsync(title);
        await output.WriteLineAsync("  way      requests  failed  throughput/direct  first byte p50/direct  p99/direct  whole p50/direct  p99/direct");
        foreach (var (name, r) in results)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"  {name,-8} {r.WholeMs.Length,8}  {r.Failures,6}  {r.PerSecond / direct.PerSecond,17:0.00}  {r.FirstByte(.5) / direct.FirstByte(.5),21:0.00}  {r.FirstByte(.99) / direct.FirstByte(.99),10:0.00}  {r.Whole(.5) / direct.Whole(.5),16:0.00}  {r.Whole(.99) / direct.Whole(.99),10:0.00}"));
        }

        if (results.Find(r => r.Name == "nginx").Result is { } nginx)
        {
            var router = results.Find(r => r.Name == "router").Result;
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"  router against nginx: throughput {router.PerSecond / nginx.PerSecond:0.00}, added p50 {Added(router, nginx, direct, .5)}, added p99 {Added(router, nginx, direct, .99)}"));
        }
    }

    /// <summary>What the router adds to the direct way as a multiple of what nginx adds; a ratio of two small differences would be noise.</summary>
    private static string Added(LoadResult router, LoadResult nginx, LoadResult direct, double quantile)
    {
        var byNginx = nginx.Whole(quantile) - direct.Whole(quantile);
        return byNginx < direct.Whole(quantile) * LeastDifference
            ? "- (nginx adds too little to compare)"
            : ((router.Whole(quantile) - direct.Whole(quantile)) / byNginx).ToString("0.00", CultureInfo.InvariantCulture);
    }

    private static int Option(string[] arguments, string name, int otherwise)
    {
        var at = Array.IndexOf(arguments, name);
        return at >= 0 && at + 1 < arguments.Length ? int.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : otherwise;
    }
}
