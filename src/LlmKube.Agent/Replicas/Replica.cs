using LlmKube.Agent.Engines;
using LlmKube.Agent.Processes;

namespace LlmKube.Agent.Replicas;

/// <summary>
/// One replica: its process, and what is known of it. Started by the reconciler; from then on it watches its process by itself and calls
/// <c>changed</c> when there is something to reconcile. Safe to read from any thread.
/// </summary>
internal sealed class Replica
{
    private static readonly TimeSpan s_loadingProbeInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_readyProbeInterval = TimeSpan.FromSeconds(5);
    private const int ProbeFailuresUntilRestart = 3;
    private const int LastWordsKept = 5;

    private readonly Lock _gate = new();
    private readonly EngineProbe _probe;
    private readonly AgentOptions _options;
    private readonly TimeProvider _time;
    private readonly Action _changed;
    private ReplicaSnapshot _now;
    private RunningProcess? _process;
    private Task _watching = Task.CompletedTask;
    private int _failures;
    private DateTimeOffset _watchedSince;

    public Replica(ReplicaName name, string hash, string logFile, EngineProbe probe, AgentOptions options, TimeProvider time, Action changed)
    {
        _probe = probe;
        _options = options;
        _time = time;
        _changed = changed;
        LogFile = logFile;
        _now = new ReplicaSnapshot { Name = name, Hash = hash, Phase = ReplicaPhase.BackingOff };
    }

    public string LogFile { get; }

    public ReplicaSnapshot Now
    {
        get
        {
            lock (_gate)
            {
                return _now;
            }
        }
    }

    /// <summary>Starts its process. A process that cannot be started counts as one that ended at once.</summary>
    public void Start(ReplicaTemplate template)
    {
        var port = FreePort.Find();
        var launch = new ProcessLaunch
        {
            Name = Now.Name.ToString(),
            Hash = template.Hash,
            Port = port,
            Executable = template.Engine.Executable,
            Arguments = [.. template.Engine.LeadingArguments, .. template.ArgumentsFor(port, _options.Address)],
            Environment = template.Engine.Environment.Concat(template.Environment)
                .GroupBy(variable => variable.Key, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Last().Value, StringComparer.Ordinal),
            LogFile = LogFile,
        };
        try
        {
            Watch(RunningProcess.Start(launch, _options.Home, _time));
        }
        catch (ProcessStartException e)
        {
            Ended(new ProcessExit(ExitCode: null, _time.GetUtcNow()), [e.Message]);
        }
    }

    /// <summary>Takes over a process of the agent before this one.</summary>
    public void Adopt(RunningProcess process, int restarts)
    {
        lock (_gate)
        {
            _now = _now with { Restarts = restarts };
        }

        Watch(process);
    }

    public void NotePodDeleted() => Set(now => now with { PodDeleted = true });

    /// <summary>From now on it takes no new requests; the report has to say so before <see cref="EndAsync"/> is called.</summary>
    public void BeginDraining() => Set(now => now with { Phase = ReplicaPhase.Draining });

    /// <summary>Lets it serve for <paramref name="grace"/> more, waits until it is idle or has had its time, and ends its process.</summary>
    public async Task EndAsync(TimeSpan grace, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_process is not { } process)
        {
            return;
        }

        if (Now.ReadyAt is not null)
        {
            await Task.WhenAny(process.Exited, Task.Delay(grace, _time, cancellationToken));
        }

        var deadline = _time.GetUtcNow() + patience;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250), _time);
        while (!process.Exited.IsCompleted && _time.GetUtcNow() < deadline && Now.ReadyAt is not null && !await _probe.IsIdleAsync(process.Mark.Port, cancellationToken))
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }

        await process.StopAsync(_options.StopTimeout, _time);
        await _watching;
    }

    /// <summary>Stops caring about its process, which goes on running.</summary>
    public void Release() => Set(now => now with { Phase = ReplicaPhase.Draining });

    private void Watch(RunningProcess process)
    {
        lock (_gate)
        {
            _process = process;
            _watchedSince = _time.GetUtcNow();
            _now = _now with
            {
                Phase = ReplicaPhase.Starting,
                Port = process.Mark.Port,
                Pid = process.Pid,
                StartedAt = process.StartedAt,
                ReadyAt = null,
                RestartAt = null,
            };
        }

        _watching = WatchAsync(process);
    }

    private async Task WatchAsync(RunningProcess process)
    {
        using var ended = new CancellationTokenSource();
        var probing = ProbeAsync(process, ended.Token);
        var exit = await process.Exited;
        await ended.CancelAsync();
        await probing;
        Ended(exit, RotatingLog.Tail(LogFile, LastWordsKept));
    }

    private async Task ProbeAsync(RunningProcess process, CancellationToken cancellationToken)
    {
        var failures = 0;
        try
        {
            while (true)
            {
                var healthy = await _probe.IsHealthyAsync(process.Mark.Port, cancellationToken);
                var now = Now;
                failures = healthy ? 0 : failures + 1;
                if (healthy && now.Phase == ReplicaPhase.Starting)
                {
                    Set(state => state with { Phase = ReplicaPhase.Ready, ReadyAt = _time.GetUtcNow() });
                }
                else if (MustRestart(now, failures))
                {
                    Set(state => state with { Phase = ReplicaPhase.Unhealthy });
                    await process.StopAsync(_options.StopTimeout, _time);
                    return;
                }

                await Task.Delay(now.Phase == ReplicaPhase.Starting ? s_loadingProbeInterval : s_readyProbeInterval, _time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process ended.
        }
    }

    private bool MustRestart(ReplicaSnapshot now, int failures) => now.Phase switch
    {
        ReplicaPhase.Ready => failures >= ProbeFailuresUntilRestart,
        // One that was taken over may have run for days: it has its time from then on.
        ReplicaPhase.Starting => _time.GetUtcNow() - _watchedSince > _options.StartupTimeout,
        _ => false,
    };

    private void Ended(ProcessExit exit, IReadOnlyList<string> lastWords)
    {
        lock (_gate)
        {
            _process = null;
            var served = _now.ReadyAt is { } ready ? exit.At - ready : TimeSpan.Zero;
            _failures = served >= RestartBackoff.ResetAfter ? 1 : _failures + 1;
            _now = _now with
            {
                Phase = ReplicaPhase.BackingOff,
                Pid = null,
                Restarts = _now.Restarts + 1,
                LastExit = exit,
                LastStartedAt = _now.StartedAt,
                LastWords = lastWords,
                RestartAt = exit.At + RestartBackoff.After(_failures),
                ReadyAt = null,
            };
        }

        _changed();
    }

    private void Set(Func<ReplicaSnapshot, ReplicaSnapshot> change)
    {
        lock (_gate)
        {
            _now = change(_now);
        }

        _changed();
    }
}
