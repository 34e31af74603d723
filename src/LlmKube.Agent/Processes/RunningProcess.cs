using System.Diagnostics;
using System.Globalization;

namespace LlmKube.Agent.Processes;

/// <summary>How a process ended; the exit code of an adopted one is unknown.</summary>
internal sealed record ProcessExit(int? ExitCode, DateTimeOffset At);

/// <summary>A process of ours, started by this agent or adopted from the one before.</summary>
internal sealed class RunningProcess
{
    /// <summary>How often an adopted process is looked at: it is not our child, so nobody tells us when it ends.</summary>
    private static readonly TimeSpan s_adoptedPollInterval = TimeSpan.FromSeconds(1);

    private RunningProcess(int pid, ProcessMark mark, DateTimeOffset startedAt, bool adopted, Task<ProcessExit> exited)
    {
        Pid = pid;
        Mark = mark;
        StartedAt = startedAt;
        IsAdopted = adopted;
        Exited = exited;
    }

    public int Pid { get; }

    public ProcessMark Mark { get; }

    public DateTimeOffset StartedAt { get; }

    public bool IsAdopted { get; }

    /// <summary>Completes when the process has ended. Never faults.</summary>
    public Task<ProcessExit> Exited { get; }

    /// <summary>
    /// Starts the process in a session of its own, so that Ctrl-C in the terminal reaches the agent only,
    /// with its output going straight to its log file, so that it does not depend on the agent's life.
    /// </summary>
    /// <exception cref="ProcessStartException">The executable cannot be run.</exception>
    public static RunningProcess Start(ProcessLaunch launch, string home, TimeProvider time)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(launch.LogFile)!);
        var mark = new ProcessMark(home, launch.Name, launch.Hash, launch.Port);
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = Path.GetDirectoryName(launch.LogFile)! };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("""log=$1; shift; exec "$@" >>"$log" 2>&1 </dev/null""");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(launch.LogFile);
        if (FindSetsid() is { } setsid)
        {
            start.ArgumentList.Add(setsid);
        }

        start.ArgumentList.Add(launch.Executable);
        foreach (var argument in launch.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in launch.Environment)
        {
            start.Environment[name] = value;
        }

        mark.WriteTo(start.Environment);
        try
        {
            var process = Process.Start(start) ?? throw new ProcessStartException(launch.Executable, "the system started nothing");
            return new RunningProcess(process.Id, mark, time.GetUtcNow(), adopted: false, WaitForChildAsync(process, time));
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ProcessStartException(launch.Executable, e.Message);
        }
    }

    /// <summary>Takes over a process that the agent before this one started.</summary>
    public static RunningProcess Adopt(int pid, ProcessMark mark, TimeProvider time)
    {
        DateTimeOffset started;
        try
        {
            using var process = Process.GetProcessById(pid);
            started = new DateTimeOffset(process.StartTime.ToUniversalTime());
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            started = time.GetUtcNow();
        }

        return new RunningProcess(pid, mark, started, adopted: true, WatchAdoptedAsync(pid, mark, time));
    }

    /// <summary>Asks the process to end, and after <paramref name="grace"/> makes it.</summary>
    public async Task StopAsync(TimeSpan grace, TimeProvider time)
    {
        Signal("TERM");
        try
        {
            await Exited.WaitAsync(grace, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            Signal("KILL");
            await Exited.WaitAsync(CancellationToken.None);
        }
    }

    /// <summary>Ends the process at once.</summary>
    public void Kill() => Signal("KILL");

    private void Signal(string signal)
    {
        if (Exited.IsCompleted || (IsAdopted && !ProcessTable.IsRunning(Pid, Mark)))
        {
            return;
        }

        var start = new ProcessStartInfo("/bin/kill", [$"-{signal}", Pid.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        using var kill = Process.Start(start);
        kill?.WaitForExit();
    }

    private static async Task<ProcessExit> WaitForChildAsync(Process process, TimeProvider time)
    {
        using (process)
        {
            await process.WaitForExitAsync(CancellationToken.None);
            return new ProcessExit(process.ExitCode, time.GetUtcNow());
        }
    }

    private static async Task<ProcessExit> WatchAdoptedAsync(int pid, ProcessMark mark, TimeProvider time)
    {
        using var timer = new PeriodicTimer(s_adoptedPollInterval, time);
        do
        {
            if (!ProcessTable.IsRunning(pid, mark))
            {
                break;
            }
        }
        while (await timer.WaitForNextTickAsync(CancellationToken.None));

        return new ProcessExit(ExitCode: null, time.GetUtcNow());
    }

    private static string? FindSetsid() =>
        OperatingSystem.IsLinux() ? Array.Find(["/usr/bin/setsid", "/bin/setsid"], File.Exists) : null;
}

/// <summary>An executable could not be started.</summary>
internal sealed class ProcessStartException(string executable, string cause)
    : Exception($"Starting {executable} failed: {cause}. Check that the file exists and may be executed.");
