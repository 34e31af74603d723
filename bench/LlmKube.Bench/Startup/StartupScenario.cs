using System.Diagnostics;
using System.Globalization;

namespace LlmKube.Bench.Startup;

/// <summary>
/// How long a person waits for <c>llmkube</c>: for a command that needs nothing, and for <c>llmkube up</c> until its API answers; and what
/// the idle product holds in memory. Beside it, where they are installed, kubectl's version command, and etcd with kube-apiserver.
/// </summary>
internal static class StartupScenario
{
    private const int Turns = 7;
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(string[] arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var llmkube = arguments is [var path] ? Path.GetFullPath(path) : Path.GetFullPath(Path.Combine("artifacts", "llmkube", "llmkube"));
        if (!File.Exists(llmkube))
        {
            await output.WriteLineAsync($"{llmkube} is not there: scripts/build makes it, or name another.");
            return 2;
        }

        var kubectl = Find("kubectl");
        var control = Find("etcd") is { } etcd && Find("kube-apiserver") is { } server ? (etcd, server) : ((string, string)?)null;
        var times = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        double resident = 0;
        for (var turn = 0; turn <= Turns; turn++)
        {
            // The first turn warms the disk cache and is not counted.
            var first = turn == 0;
            await TimeAsync("llmkube version", first, () => RunToEndAsync(llmkube, ["version"], cancellationToken));
            if (kubectl is not null)
            {
                await TimeAsync("kubectl version --client", first, () => RunToEndAsync(kubectl, ["version", "--client"], cancellationToken));
            }

            await using (var up = new UpProcess(llmkube))
            {
                await TimeAsync("llmkube up", first, () => up.ReadyAsync(cancellationToken));
                if (turn == Turns)
                {
                    await Task.Delay(s_idle, TimeProvider.System, cancellationToken);
                    resident = up.ResidentMiB;
                }
            }

            if (control is var (store, api))
            {
                await TimeAsync("etcd + kube-apiserver", first, async () =>
                {
                    await using var started = await ControlPlane.StartAsync(store, api, cancellationToken);
                });
            }
        }

        await ReportAsync(output, times, "llmkube version", "kubectl version --client", "kubectl");
        await ReportAsync(output, times, "llmkube up", "etcd + kube-apiserver", "etcd and kube-apiserver");
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"llmkube up, idle for {s_idle.TotalSeconds:0} s: {resident:0} MiB resident"));
        return 0;

        async Task TimeAsync(string name, bool first, Func<Task> run)
        {
            var begun = Stopwatch.GetTimestamp();
            await run();
            if (!first)
            {
                (times.TryGetValue(name, out var list) ? list : times[name] = []).Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }
        }
    }

    private static async Task ReportAsync(TextWriter output, Dictionary<string, List<double>> times, string ours, string peer, string what)
    {
        var mine = Median(times[ours]);
        var compared = times.TryGetValue(peer, out var others)
            ? string.Create(CultureInfo.InvariantCulture, $"{mine / Median(others):0.00} of {peer}")
            : $"{what} not installed, so nothing to compare with";
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{ours}: median {mine:0} ms of {Turns} ({times[ours].Min():0} to {times[ours].Max():0}); {compared}"));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>A program on the path; null where there is none.</summary>
    internal static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static async Task RunToEndAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
    }
}
