using System.Text.Json.Nodes;
using LlmKube.ApiServer;
using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Events;
using LlmKube.Kubernetes.Leadership;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.EndToEnd;

/// <summary>The parts of the controller runtime on a real API server.</summary>
public sealed class ControllerRuntimeTests : IAsyncLifetime
{
    private const string Clean = "test.llmkube.dev/clean";

    private static readonly ResourceDefinition s_secrets = new("", "v1", "Secret", "secrets", Namespaced: true);

    private readonly CancellationTokenSource _stop = new();
    private readonly RecordingLogger _log = new();
    private readonly List<Task> _running = [];
    private ApiServerFixture _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiServerFixture.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        await _api.DisposeAsync();
        _stop.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_cache_agrees_with_the_server_after_cut_watches_and_expired_history()
    {
        var informer = Run(new Informer<Lease>(_api.Client.Of<Lease>(), new InformerOptions { Namespace = "default" }, TimeProvider.System, _log));
        var leases = _api.Client.Of<Lease>();
        for (var i = 0; i < 60; i++)
        {
            await leases.ApplyAsync(LeaseOf($"lease-{i % 20}", $"holder-{i}"), new ApplyOptions("test"), CancellationToken.None);
            if (i % 7 == 3)
            {
                await leases.DeleteAsync(new ObjectKey("default", $"lease-{i % 5}"), new DeleteOptions(), CancellationToken.None);
            }

            if (i % 20 == 10)
            {
                _api.Faults.CutWatches();
            }

            if (i == 30)
            {
                _api.Faults.ExpireHistory(cutOpenWatches: true);
            }
        }

        var expected = Render((await leases.ListAsync(new ListOptions { Namespace = "default" }, CancellationToken.None)).Items);
        await Eventually.HoldsAsync(() => Render(informer.List()) == expected);
    }

    [Fact]
    public async Task Every_object_is_reconciled_although_the_server_fails_now_and_then()
    {
        using var host = HostOf("labeller");
        var leases = _api.Client.Of<Lease>();
        host.For<Lease>("labeller", new InformerOptions { Namespace = "default" })
            .With(new Labeller(host.Cache<Lease>(new InformerOptions { Namespace = "default" }), leases), workers: 4);
        using var faults = _api.Faults.Inject(request => request.Method == "PATCH" && request.Path.EndsWith('7'), new RequestFault { Code = 503 }, times: 2);
        using var lost = _api.Faults.Inject(request => request.Method == "PATCH" && request.Path.EndsWith('3'), new RequestFault { LoseAnswer = true }, times: 2);
        _running.Add(host.RunAsync(_stop.Token));
        for (var i = 0; i < 20; i++)
        {
            await leases.CreateAsync(LeaseOf($"lease-{i}", "nobody"), CancellationToken.None);
        }

        _api.Faults.CutWatches();
        await Eventually.HoldsAsync(() => host.Cache<Lease>(new InformerOptions { Namespace = "default" }).List() is { Count: 20 } all && all.All(Labeller.IsLabelled));
    }

    [Fact]
    public async Task A_metadata_cache_sees_secrets_change_and_what_is_in_them_is_never_sent()
    {
        using var host = HostOf("watcher");
        var secrets = host.MetadataCache(s_secrets, new InformerOptions { Namespace = "default" });
        _running.Add(host.RunAsync(_stop.Token));
        var key = new ObjectKey("default", "token");
        await _api.Client.Of(s_secrets).CreateAsync(SecretOf(key, "c2VjcmV0"), CancellationToken.None);
        await Eventually.HoldsAsync(() => secrets.Find(key) is not null);
        var before = secrets.Find(key)!.Metadata.ResourceVersion;

        await _api.Client.Of(s_secrets).PatchAsync(
            key, Patch.Merge(new JsonObject { ["data"] = new JsonObject { ["token"] = "bmV3" } }), new PatchOptions(), CancellationToken.None);
        await Eventually.HoldsAsync(() => secrets.Find(key)!.Metadata.ResourceVersion != before);

        secrets.Find(key)!.Kind.ShouldBe("PartialObjectMetadata");
        (await _api.Client.MetadataOf(s_secrets).GetAsync(key, CancellationToken.None)).Kind.ShouldBe("PartialObjectMetadata");
    }

    [Fact]
    public async Task A_finalizer_keeps_the_object_until_it_is_removed()
    {
        var leases = _api.Client.Of<Lease>();
        var lease = await leases.CreateAsync(LeaseOf("kept", "me"), CancellationToken.None);
        await leases.AddFinalizerAsync(lease, Clean, CancellationToken.None);
        (await Should.ThrowAsync<ApiException>(leases.AddFinalizerAsync(lease, "test.llmkube.dev/stale", CancellationToken.None))).IsConflict.ShouldBeTrue();

        await leases.DeleteAsync(lease.Key(), new DeleteOptions(), CancellationToken.None);
        var leaving = await leases.GetAsync(lease.Key(), CancellationToken.None);
        (leaving.IsBeingDeleted(), leaving.HasFinalizer(Clean)).ShouldBe((true, true));
        await leases.RemoveFinalizerAsync(leaving, Clean, CancellationToken.None);

        (await leases.FindAsync(lease.Key(), CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Repeated_events_are_one_object_with_a_count()
    {
        var lease = await _api.Client.Of<Lease>().CreateAsync(LeaseOf("about", "me"), CancellationToken.None);
        var recorder = new EventRecorder(_api.Client, new EventRecorderOptions { Component = "tester" }, TimeProvider.System, _log);
        _running.Add(recorder.RunAsync(_stop.Token));
        var events = _api.Client.Of<Event>();

        recorder.Normal(lease, "Seen", "It was seen.");
        await EventuallyCountsAsync(events, 1);
        recorder.Normal(lease, "Seen", "It was seen.");
        await EventuallyCountsAsync(events, 2);
    }

    [Fact]
    public async Task A_status_is_applied_once()
    {
        var pods = _api.Client.Of(Pod.Definition);
        var key = new ObjectKey("default", "pod");
        await pods.CreateAsync(PodOf(key), CancellationToken.None);
        var bare = await _api.Client.Of<Pod>().GetAsync(key, CancellationToken.None);
        var wanted = bare with { Status = new PodStatus { Phase = "Running", Message = "It runs." } };

        (await _api.Client.ApplyStatusAsync(bare, wanted, "tester", CancellationToken.None)).ShouldBeTrue();
        var written = await _api.Client.Of<Pod>().GetAsync(key, CancellationToken.None);
        written.Status!.Phase.ShouldBe("Running");
        (await _api.Client.ApplyStatusAsync(written, written with { Status = wanted.Status }, "tester", CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task Of_two_candidates_one_leads_and_the_other_follows_when_it_goes()
    {
        using var first = new CancellationTokenSource();
        var leading = 0;
        var most = 0;
        var started = new List<string>();
        async Task LeadAsync(string who, CancellationToken cancellationToken)
        {
            lock (started)
            {
                started.Add(who);
            }

            most = Math.Max(most, Interlocked.Increment(ref leading));
            await Eventually.HoldsAsync(() => cancellationToken.IsCancellationRequested);
            Interlocked.Decrement(ref leading);
        }

        var one = ElectorOf("one").RunAsync(token => LeadAsync("one", token), first.Token);
        await Eventually.HoldsAsync(() => leading == 1);
        _running.Add(ElectorOf("two").RunAsync(token => LeadAsync("two", token), _stop.Token));
        await first.CancelAsync();
        await one;
        await Eventually.HoldsAsync(() => leading == 1);

        (string.Join(' ', started), most).ShouldBe(("one two", 1));
    }

    private Informer<T> Run<T>(Informer<T> informer)
        where T : class, IResource
    {
        _running.Add(informer.RunAsync(_stop.Token));
        return informer;
    }

    private ControllerHost HostOf(string component) =>
        new(_api.Client, new ControllerHostOptions { Component = component, Identity = "me", Logging = _log, Queue = new WorkQueueOptions { FirstBackoff = TimeSpan.FromMilliseconds(20) } });

    private LeaderElector ElectorOf(string identity) => new(
        _api.Client,
        new LeaderElectionOptions
        {
            Namespace = "default",
            LeaseName = "lead",
            Identity = identity,
            LeaseDuration = TimeSpan.FromSeconds(3),
            RenewDeadline = TimeSpan.FromSeconds(2),
            RetryPeriod = TimeSpan.FromMilliseconds(100),
        },
        TimeProvider.System,
        _log);

    private async Task EventuallyCountsAsync(ResourceClient<Event> events, int count)
    {
        var found = new List<Event>();
        var polling = Task.Run(async () =>
        {
            while (found is not [{ } only] || only.Count != count)
            {
                found = [.. (await events.ListAsync(new ListOptions { Namespace = "default" }, _stop.Token)).Items.Where(happened => happened.Reason == "Seen")];
            }
        });
        await polling.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static string Render(IEnumerable<Lease> leases) =>
        string.Join(' ', leases.OrderBy(lease => lease.Metadata.Name, StringComparer.Ordinal).Select(lease => $"{lease.Metadata.Name}={lease.Spec?.HolderIdentity}@{lease.Metadata.ResourceVersion}"));

    private static Lease LeaseOf(string name, string holder) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name },
        Spec = new LeaseSpec { HolderIdentity = holder },
    };

    private static DynamicObject SecretOf(ObjectKey key, string token) => new(new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["namespace"] = key.Namespace, ["name"] = key.Name },
        ["data"] = new JsonObject { ["token"] = token },
    });

    private static DynamicObject PodOf(ObjectKey key) => new(new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["namespace"] = key.Namespace, ["name"] = key.Name },
        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = "i" }) },
    });

    /// <summary>Gives every lease a label, on the version that the cache has.</summary>
    private sealed class Labeller(Informer<Lease> cache, ResourceClient<Lease> leases) : IReconciler
    {
        internal static bool IsLabelled(Lease lease) => lease.Metadata.Labels?.ContainsKey("seen") == true;

        public async Task<Reconciled> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
        {
            if (cache.Find(key) is { } lease && !IsLabelled(lease))
            {
                var metadata = new JsonObject { ["resourceVersion"] = lease.Metadata.ResourceVersion, ["labels"] = new JsonObject { ["seen"] = "true" } };
                await leases.PatchAsync(key, Patch.Merge(new JsonObject { ["metadata"] = metadata }), new PatchOptions(), cancellationToken);
            }

            return Reconciled.Done;
        }
    }
}
