using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace LlmKube.Bench.Transfer;

/// <summary>Commands that do the same, run in turns, each into an empty folder.</summary>
internal sealed class Race(string target, int turns)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private readonly List<Runner> _runners = [];

    /// <summary>Adds a command; one that is not installed is left out of the report.</summary>
    public void Add(string name, string program, string[] arguments) => _runners.Add(new Runner(name, program, arguments));

    /// <summary>Runs them in turns.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="before">Done before each, and not measured.</param>
    public async Task RunAsync(CancellationToken cancellationToken, Func<Task>? before = null)
    {
        for (var turn = 0; turn <= turns; turn++)
        {
            foreach (var runner in _runners.Where(runner => !runner.Missing).ToList())
            {
                if (Directory.Exists(target))
                {
                    Directory.Delete(target, recursive: true);
                }

                Directory.CreateDirectory(target);
                await (before?.Invoke() ?? Task.CompletedTask);
                await RunAsync(runner, counted: turn > 0, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Writes what others left to the disk, and has memory for so much at hand: a virtual machine that was idle gave its own back, and whoever
    /// comes first would pay for it.
    /// </summary>
    public static async Task SettleAsync(string folder, int mebibytes, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, "settle");
        await using (var file = File.Create(path, bufferSize: 0))
        {
            var piece = new byte[1024 * 1024];
            for (var done = 0; done < mebibytes; done++)
            {
                await file.WriteAsync(piece, cancellationToken);
            }
        }

        File.Delete(path);
        using var sync = Process.Start("sync");
        await sync.WaitForExitAsync(cancellationToken);
    }

    public async Task ReportAsync(string what, string ours, TextWriter output)
    {
        var mine = _runners.Single(runner => runner.Name == ours);
        foreach (var runner in _runners)
        {
            await output.WriteLineAsync(runner.Missing
                ? $"{what}: {runner.Name} is not installed"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what}: {runner.Name}: median {Median(runner.Seconds):0.00} s ({runner.Seconds.Min():0.00} to {runner.Seconds.Max():0.00}), {runner.PeakMiB:0} MiB resident at most; {ours} takes {Median(mine.Seconds) / Median(runner.Seconds):0.00} of it"));
        }
    }

    private static async Task RunAsync(Runner runner, bool counted, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        try
        {
            using var process = Process.Start(new ProcessStartInfo(runner.Program, runner.Arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
            var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            while (!process.HasExited)
            {
                process.Refresh();
                runner.PeakMiB = Math.Max(runner.PeakMiB, ResidentMiB(process));
                await Task.WhenAny(process.WaitForExitAsync(cancellationToken), Task.Delay(s_look, TimeProvider.System, cancellationToken));
            }

            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{runner.Name} ended with {process.ExitCode}: {string.Join(' ', await said)}");
            }
        }
        catch (Win32Exception)
        {
            runner.Missing = true;
            return;
        }

        if (counted)
        {
            runner.Seconds.Add(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
    }

    /// <summary>Zero for a process that ended just now.</summary>
    private static double ResidentMiB(Process process)
    {
        try
        {
            return process.WorkingSet64 / 1048576.0;
        }
        catch (InvalidOperationException)
        {
            return 0;
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>One command and its times.</summary>
    private sealed class Runner(string name, string program, string[] arguments)
    {
        public string Name => name;

        public string Program => program;

        public string[] Arguments => arguments;

        public List<double> Seconds { get; } = [];

        public double PeakMiB { get; set; }

        public bool Missing { get; set; }
    }
}
