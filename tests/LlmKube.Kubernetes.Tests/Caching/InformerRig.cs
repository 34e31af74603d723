using System.Collections.Concurrent;
using LlmKube.Kubernetes.Caching;
using LlmKube.TestKit;

namespace LlmKube.Kubernetes.Tests.Caching;

/// <summary>A running cache of things on a scripted server and a manual clock.</summary>
internal sealed class InformerRig : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Change<Thing>> _changes = new();
    private Task _running = Task.CompletedTask;

    private InformerRig(ScriptedApi api)
    {
        Api = api;
        Informer = new Informer<Thing>(api.Client.Of<Thing>(), new InformerOptions { Namespace = "ns", LabelSelector = "a=b" }, Time, Log, new Random(3));
        Informer.IndexBy("color", thing => thing.Spec?.Color is { } color ? [color] : []);
        Informer.Subscribe(_changes.Enqueue);
    }

    internal ScriptedApi Api { get; }

    internal ManualTime Time { get; } = new();

    internal RecordingLogger Log { get; } = new();

    internal Informer<Thing> Informer { get; }

    /// <summary>The changes so far: <c>+a</c> appeared, <c>~a</c> changed, <c>-a</c> is gone.</summary>
    internal string Changes => string.Join(' ', _changes.Select(change =>
        (change.Old is null ? "+" : change.New is null ? "-" : "~") + change.Latest.Metadata.Name));

    internal static async Task<InformerRig> StartAsync()
    {
        var rig = new InformerRig(await ScriptedApi.StartAsync());
        rig._running = rig.Informer.RunAsync(rig._stop.Token);
        return rig;
    }

    /// <summary>Started, listed, and in its first watch.</summary>
    internal static async Task<(InformerRig Rig, Exchange Watch)> StartWatchingAsync(string version, params System.Text.Json.Nodes.JsonObject[] items)
    {
        var rig = await StartAsync();
        await (await rig.Api.NextAsync()).AnswerListAsync(version, items);
        return (rig, await rig.Api.NextAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Api.DisposeAsync();
        _stop.Dispose();
    }
}
