using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Leadership;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Controllers;

/// <summary>The order in which a role starts and stops.</summary>
public sealed class ControllerHostTests
{
    private const string Lease = "/apis/coordination.k8s.io/v1/namespaces/system/leases/tester";

    private static readonly LeaderElectionOptions s_election = new() { Namespace = "system", LeaseName = "tester" };

    [Fact]
    public async Task No_worker_starts_before_every_cache_is_filled()
    {
        await using var rig = await ControllerRig.CreateAsync();
        rig.Host.For<Thing>("thing").Owns<Part>().With(rig);
        await rig.StartAsync((ControllerRig.Things, [Thing.Json("a", "1")]));
        var parts = rig.Host.Cache<Part>();
        await rig.Host.Cache<Thing>().WaitForSyncAsync(CancellationToken.None);

        parts.IsSynced.ShouldBeFalse();
        rig.Passes.ShouldBe("");
    }

    [Fact]
    public async Task A_cache_that_does_not_fill_is_named()
    {
        await using var rig = await ControllerRig.CreateAsync();
        rig.Host.For<Thing>("thing").Owns<Part>().With(rig);
        await rig.StartAsync((ControllerRig.Things, []));

        await rig.Time.AdvanceUntilAsync(
            () => rig.Log.Lines.Any(line => line.Text == "tester still waits for the first list of parts"), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Workers_start_when_the_election_is_won_and_the_lease_is_released_after_they_ended()
    {
        await using var rig = await ControllerRig.CreateAsync(s_election);
        var ending = new TaskCompletionSource();
        rig.Reconcile = async (_, _) =>
        {
            await ending.Task;
            return Reconciled.Done;
        };
        rig.Host.For<Thing>("thing").With(rig);
        await rig.StartAsync((ControllerRig.Things, [Thing.Json("a", "1")]));

        var find = await rig.NextAsync();
        (find.Method, find.Path).ShouldBe(("GET", Lease));
        (rig.Passes, rig.Host.IsLeading).ShouldBe(("", false));
        await find.RefuseAsync(404, "NotFound");
        var create = await rig.NextAsync();
        await create.AnswerAsync(WithVersion(create, "5"), 201);
        await Eventually.HoldsAsync(() => rig.Passes == "a" && rig.Host.IsLeading);

        await rig.StopAsync();
        ending.SetResult();
        var release = await rig.NextAsync();
        (release.Method, (string?)release.Body["spec"]!["holderIdentity"]).ShouldBe(("PATCH", ""));
        await release.AnswerAsync(WithVersion(release, "6"));
        await rig.Running;
        rig.Host.IsLeading.ShouldBeFalse();
    }

    [Fact]
    public async Task Lost_leadership_ends_the_workers_and_then_the_host()
    {
        await using var rig = await ControllerRig.CreateAsync(s_election);
        var cancelled = false;
        rig.Reconcile = async (_, token) =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
            finally
            {
                cancelled = true;
            }

            return Reconciled.Done;
        };
        rig.Host.For<Thing>("thing").With(rig);
        await rig.StartAsync((ControllerRig.Things, [Thing.Json("a", "1")]));
        await (await rig.NextAsync()).RefuseAsync(404, "NotFound");
        var create = await rig.NextAsync();
        await create.AnswerAsync(WithVersion(create, "5"), 201);
        await Eventually.HoldsAsync(() => rig.Passes == "a");

        // The renewals hang until their deadline.
        await rig.Time.AdvanceUntilAsync(() => rig.Running.IsCompleted, TimeSpan.FromMilliseconds(500));

        await Should.ThrowAsync<LeadershipLostException>(rig.Running);
        cancelled.ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_declared_too_late_or_twice_is_refused()
    {
        await using var rig = await ControllerRig.CreateAsync();
        rig.Host.For<Thing>("thing").With(rig);
        Should.Throw<InvalidOperationException>(() => rig.Host.For<Thing>("thing").With(rig));
        await rig.StartAsync((ControllerRig.Things, []));

        Should.Throw<InvalidOperationException>(() => rig.Host.Cache<Part>());
        Should.Throw<InvalidOperationException>(() => rig.Host.For<Thing>("another").With(rig));
    }

    [Fact]
    public async Task A_host_without_controllers_keeps_its_caches()
    {
        await using var rig = await ControllerRig.CreateAsync();
        var things = rig.Host.Cache<Thing>();
        await rig.StartAsync((ControllerRig.Things, []));

        await rig.Watch(ControllerRig.Things).SendAsync("ADDED", Thing.Json("a", "11"));
        await Eventually.HoldsAsync(() => things.List().Count == 1);
        await rig.StopAsync();
        await rig.Running;
    }

    [Fact]
    public async Task Counters_exist_at_zero_before_the_first_event()
    {
        await using var rig = await ControllerRig.CreateAsync();
        rig.Host.For<Thing>("thing").With(rig, workers: 3);
        await rig.StartAsync((ControllerRig.Things, []));
        await Eventually.HoldsAsync(() => rig.Page.Write().Contains("max_concurrent", StringComparison.Ordinal));

        var lines = rig.Page.Write().Split('\n');
        foreach (var line in (string[])
            [
                "controller_runtime_reconcile_total{controller=\"thing\",result=\"success\"} 0",
                "controller_runtime_reconcile_total{controller=\"thing\",result=\"error\"} 0",
                "controller_runtime_reconcile_errors_total{controller=\"thing\"} 0",
                "controller_runtime_max_concurrent_reconciles{controller=\"thing\"} 3",
                "controller_runtime_active_workers{controller=\"thing\"} 0",
                "workqueue_depth{controller=\"thing\",name=\"thing\"} 0",
                "workqueue_adds_total{controller=\"thing\",name=\"thing\"} 0",
                "workqueue_retries_total{controller=\"thing\",name=\"thing\"} 0",
                "workqueue_unfinished_work_seconds{controller=\"thing\",name=\"thing\"} 0",
                "event_recorder_dropped_total{why=\"full\"} 0",
            ])
        {
            lines.ShouldContain(found => found == line, line);
        }
    }

    private static System.Text.Json.Nodes.JsonObject WithVersion(Exchange exchange, string version)
    {
        var body = exchange.Body;
        body["apiVersion"] = "coordination.k8s.io/v1";
        body["kind"] = "Lease";
        body["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "tester", ["namespace"] = "system", ["resourceVersion"] = version };
        return body;
    }
}
