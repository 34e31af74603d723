using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.TestKit;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Controllers;

/// <summary>How a pass ends, and what follows.</summary>
public sealed class ControllerPassTests
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(250);

    [Fact]
    public async Task A_pass_that_wants_to_look_again_comes_back_after_that_time()
    {
        await using var rig = await StartAsync(rig => (_, _) => Task.FromResult(Count(rig) == 1 ? Reconciled.LookAgainAfter(TimeSpan.FromSeconds(30)) : Reconciled.Done));
        await Eventually.HoldsAsync(() => rig.Time.Pending.Any(wait => wait > TimeSpan.FromSeconds(29) && wait < TimeSpan.FromSeconds(31)));

        rig.Time.Advance(TimeSpan.FromSeconds(31));

        await Eventually.HoldsAsync(() => rig.Passes == "a a");
        await Eventually.HoldsAsync(() => rig.Page.Write().Contains("controller_runtime_reconcile_total{controller=\"thing\",result=\"requeue_after\"} 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_exception_is_counted_and_logged_once_and_the_key_retried()
    {
        await using var rig = await StartAsync(rig => (_, _) => Count(rig) == 1 ? throw new InvalidOperationException("broken") : Task.FromResult(Reconciled.Done));

        await rig.Time.AdvanceUntilAsync(() => rig.Passes == "a a", s_step);

        rig.Log.Lines.Count(line => line.Level >= LogLevel.Warning).ShouldBe(1);
        await Eventually.HoldsAsync(() => rig.Page.Write().Contains("controller_runtime_reconcile_total{controller=\"thing\",result=\"success\"} 1", StringComparison.Ordinal));
        var page = rig.Page.Write();
        page.ShouldContain("controller_runtime_reconcile_errors_total{controller=\"thing\"} 1\n");
        page.ShouldContain("controller_runtime_reconcile_total{controller=\"thing\",result=\"error\"} 1\n");
        page.ShouldContain("workqueue_retries_total{controller=\"thing\",name=\"thing\"} 1\n");
    }

    [Fact]
    public async Task A_conflict_is_a_silent_requeue()
    {
        await using var rig = await StartAsync(rig => (_, _) =>
            Count(rig) == 1 ? throw new ApiException("patch", new Status { Code = 409, Reason = "Conflict" }) : Task.FromResult(Reconciled.Done));

        await rig.Time.AdvanceUntilAsync(() => rig.Passes == "a a", s_step);

        rig.Log.Lines.ShouldNotContain(line => line.Level >= LogLevel.Warning);
        rig.Page.Write().ShouldContain("controller_runtime_reconcile_errors_total{controller=\"thing\"} 0\n");
    }

    [Fact]
    public async Task A_server_that_is_busy_is_left_alone_for_as_long_as_it_asks()
    {
        await using var rig = await StartAsync(_ => (_, _) =>
            throw new ApiException("apply", new Status { Code = 429, Reason = "TooManyRequests" }, TimeSpan.FromSeconds(77)));

        await Eventually.HoldsAsync(() => rig.Time.Pending.Any(wait => wait >= TimeSpan.FromSeconds(77) && wait < TimeSpan.FromSeconds(78)));
    }

    [Fact]
    public async Task A_pass_over_its_time_is_told_apart_from_a_stop()
    {
        await using var rig = await StartAsync(
            rig => async (_, token) =>
            {
                if (Count(rig) == 1)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                }

                return Reconciled.Done;
            },
            TimeSpan.FromSeconds(20));

        await rig.Time.AdvanceUntilAsync(() => rig.Passes == "a a", TimeSpan.FromSeconds(5));

        rig.Log.Lines.ShouldContain(line => line.Level == LogLevel.Warning && line.Text.Contains("took longer", StringComparison.Ordinal));
        rig.Page.Write().ShouldContain("controller_runtime_reconcile_timeouts_total{controller=\"thing\"} 1\n");
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_is_a_failure()
    {
        await using var rig = await StartAsync(_ => (_, _) => throw new OperationCanceledException("an HTTP timeout looks like this"));

        await Eventually.HoldsAsync(() => rig.Log.Lines.Any(line => line.Level == LogLevel.Error));
    }

    [Fact]
    public async Task A_stop_cancels_the_pass_and_waits_for_its_end()
    {
        var cleaned = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var rig = await StartAsync(_ => async (_, token) =>
        {
            await using var registration = token.Register(cancelled.SetResult);
            await cancelled.Task;
            await cleaned.Task;
            token.ThrowIfCancellationRequested();
            return Reconciled.Done;
        });

        await rig.StopAsync();
        await cancelled.Task;
        rig.Running.IsCompleted.ShouldBeFalse();
        cleaned.SetResult();
        await rig.Running;

        rig.Log.Lines.ShouldNotContain(line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Workers_reconcile_different_objects_at_the_same_time()
    {
        var both = new CountdownEvent(2);
        await using var rig = await ControllerRig.CreateAsync();
        rig.Reconcile = async (_, _) =>
        {
            both.Signal();
            await Eventually.HoldsAsync(() => both.IsSet);
            return Reconciled.Done;
        };
        rig.Host.For<Thing>("thing").With(rig, workers: 2);
        await rig.StartAsync((ControllerRig.Things, [Thing.Json("a", "1"), Thing.Json("b", "2")]));

        await Eventually.HoldsAsync(() => both.IsSet);
    }

    [Fact]
    public async Task The_start_up_resync_does_not_delay_a_change()
    {
        var gate = new TaskCompletionSource();
        await using var rig = await ControllerRig.CreateAsync();
        rig.Reconcile = async (_, _) =>
        {
            await gate.Task;
            return Reconciled.Done;
        };
        rig.Host.For<Thing>("thing").With(rig);
        await rig.StartAsync((ControllerRig.Things, [Thing.Json("a", "1"), Thing.Json("b", "2"), Thing.Json("c", "3")]));
        await Eventually.HoldsAsync(() => rig.Passes == "a");

        await rig.Watch(ControllerRig.Things).SendAsync("ADDED", Thing.Json("urgent", "11"));
        await Eventually.HoldsAsync(() => rig.Host.Cache<Thing>().List().Count == 4);
        gate.SetResult();

        await Eventually.HoldsAsync(() => rig.Passes == "a urgent b c");
    }

    private static int Count(ControllerRig rig) => rig.Passes.Split(' ').Length;

    private static async Task<ControllerRig> StartAsync(
        Func<ControllerRig, Func<ObjectKey, CancellationToken, Task<Reconciled>>> reconcile,
        TimeSpan? timeout = null)
    {
        var rig = await ControllerRig.CreateAsync();
        rig.Reconcile = reconcile(rig);
        rig.Host.For<Thing>("thing").With(rig, timeout: timeout);
        await rig.StartAsync((ControllerRig.Things, [Thing.Json("a", "1")]));
        await Eventually.HoldsAsync(() => rig.Passes.StartsWith('a'));
        return rig;
    }
}
