using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Leadership;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Telemetry;
using LlmKube.TestKit;

namespace LlmKube.Kubernetes.Tests.Controllers;

/// <summary>A controller host on a scripted server and a manual clock, with a reconciler that the test writes.</summary>
internal sealed class ControllerRig : IAsyncDisposable, IReconciler
{
    internal const string Things = "/apis/test.llmkube.dev/v1/things";
    internal const string Parts = "/api/v1/parts";

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _passes = new();
    private readonly ConcurrentQueue<Exchange> _others = new();
    private readonly ConcurrentDictionary<string, Exchange> _watches = new(StringComparer.Ordinal);

    private ControllerRig(ScriptedApi api, LeaderElectionOptions? election)
    {
        Api = api;
        Page = new PrometheusText(meter => ReferenceEquals(meter, Metrics.Meter));
        Host = new ControllerHost(api.Client, new ControllerHostOptions
        {
            Component = "tester",
            Identity = "me",
            Time = Time,
            Logging = Log,
            LeaderElection = election,
            Metrics = Metrics,
            Jitter = new Random(7),
        });
    }

    internal ScriptedApi Api { get; }

    internal ManualTime Time { get; } = new();

    internal RecordingLogger Log { get; } = new();

    internal RuntimeMetrics Metrics { get; } = new();

    /// <summary>The metrics of this rig alone.</summary>
    internal PrometheusText Page { get; }

    internal ControllerHost Host { get; }

    internal Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>The keys of the passes so far, in the order they began.</summary>
    internal string Passes => string.Join(' ', _passes);

    internal Func<ObjectKey, CancellationToken, Task<Reconciled>> Reconcile { get; set; } = (_, _) => Task.FromResult(Reconciled.Done);

    internal static async Task<ControllerRig> CreateAsync(LeaderElectionOptions? election = null) => new(await ScriptedApi.StartAsync(), election);

    /// <summary>Runs the host and answers the first list of each given cache; the watches stay open, and lists of other kinds wait for ever.</summary>
    internal async Task StartAsync(params (string Path, JsonObject[] Items)[] kinds)
    {
        Running = Host.RunAsync(_stop.Token);
        while (_watches.Count < kinds.Length)
        {
            var exchange = await Api.NextAsync();
            if (exchange.IsWatch)
            {
                _watches[exchange.Path] = exchange;
            }
            else if (kinds.FirstOrDefault(kind => kind.Path == exchange.Path).Items is { } items)
            {
                await exchange.AnswerListAsync("10", items);
            }
            else
            {
                _others.Enqueue(exchange);
            }
        }
    }

    internal Exchange Watch(string path) => _watches[path];

    /// <summary>The next request that is not one of the answered lists and their watches.</summary>
    internal Task<Exchange> NextAsync() => _others.TryDequeue(out var other) ? Task.FromResult(other) : Api.NextAsync();

    internal Task StopAsync() => _stop.CancelAsync();

    public Task<Reconciled> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        _passes.Enqueue(key.Name);
        return Reconcile(key, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Time.AdvanceUntilAsync(() => Running.IsCompleted, TimeSpan.FromSeconds(1));
        Host.Dispose();
        Metrics.Dispose();
        Page.Dispose();
        await Api.DisposeAsync();
        _stop.Dispose();
    }
}
