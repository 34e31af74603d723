using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Leadership;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Leadership;

public sealed class LeaderElectorTests : IAsyncLifetime
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(100);

    private readonly ManualTime _time = new();
    private readonly RecordingLogger _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _workMayEnd = new();
    private ScriptedApi _api = null!;
    private LeaderElector _elector = null!;
    private Task _running = Task.CompletedTask;
    private bool _working;

    public async ValueTask InitializeAsync()
    {
        _api = await ScriptedApi.StartAsync();
        _elector = new LeaderElector(_api.Client, new LeaderElectionOptions { Namespace = "ns", LeaseName = "lead", Identity = "me" }, _time, _log, new Random(11));
    }

    public async ValueTask DisposeAsync()
    {
        _workMayEnd.TrySetResult();
        await _stop.CancelAsync();
        await _time.AdvanceUntilAsync(() => _running.IsCompleted, s_step);
        await _api.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_lease_that_does_not_exist_is_created_and_led()
    {
        Start();
        await (await _api.NextAsync()).RefuseAsync(404, "NotFound");

        var create = await _api.NextAsync();
        (create.Method, create.Path).ShouldBe(("POST", "/apis/coordination.k8s.io/v1/namespaces/ns/leases"));
        create.Body["spec"]!.ToJsonString().ShouldBe(
            """{"holderIdentity":"me","leaseDurationSeconds":15,"acquireTime":"2031-03-04T05:06:07.089000Z","renewTime":"2031-03-04T05:06:07.089000Z","leaseTransitions":0}""");
        await create.AnswerAsync(Lease("1", create.Body["spec"]!), 201);

        await Eventually.HoldsAsync(() => _working && _elector.IsLeading);
    }

    [Fact]
    public async Task A_lease_held_by_another_is_left_alone_while_it_changes()
    {
        Start();
        var seen = _time.GetTimestamp();
        for (var renewal = 0; renewal < 15; renewal++)
        {
            var find = await _api.NextAsync(_time, s_step);
            find.Method.ShouldBe("GET");
            await find.AnswerAsync(Lease($"{renewal}", Spec("other", renewTime: $"2031-03-04T05:06:{renewal:00}.000000Z")));
        }

        _time.GetElapsedTime(seen).ShouldBeGreaterThan(TimeSpan.FromSeconds(25));
        _working.ShouldBeFalse();
    }

    [Theory]
    [InlineData("1999-01-01T00:00:00.000000Z")]
    [InlineData("2099-01-01T00:00:00.000000Z")]
    public async Task A_silent_holder_is_succeeded_after_the_duration_by_our_clock_whatever_theirs_says(string renewTime)
    {
        Start();
        await (await _api.NextAsync()).AnswerAsync(Lease("7", Spec("other", renewTime, transitions: 4)));
        var seen = _time.GetTimestamp();

        Exchange next;
        while ((next = await _api.NextAsync(_time, s_step)).Method == "GET")
        {
            _time.GetElapsedTime(seen).ShouldBeLessThan(TimeSpan.FromSeconds(19));
            await next.AnswerAsync(Lease("7", Spec("other", renewTime, transitions: 4)));
        }

        _time.GetElapsedTime(seen).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(15));
        (next.Method, (string?)next.Body["metadata"]!["resourceVersion"], (string?)next.Body["spec"]!["holderIdentity"], (int?)next.Body["spec"]!["leaseTransitions"])
            .ShouldBe(("PATCH", "7", "me", 5));
        await next.AnswerAsync(Lease("8", next.Body["spec"]!));
        await Eventually.HoldsAsync(() => _working);
    }

    [Fact]
    public async Task A_released_lease_is_taken_at_once()
    {
        Start();
        await (await _api.NextAsync()).AnswerAsync(Lease("7", Spec("")));

        (await _api.NextAsync()).Method.ShouldBe("PATCH");
    }

    [Fact]
    public async Task Two_who_reach_for_the_lease_get_one_conflict_and_one_leader()
    {
        Start();
        await (await _api.NextAsync()).AnswerAsync(Lease("7", Spec("")));
        await (await _api.NextAsync()).RefuseAsync(409, "Conflict");

        var next = await _api.NextAsync(_time, s_step);
        next.Method.ShouldBe("GET");
        await next.AnswerAsync(Lease("8", Spec("other")));
        (await _api.NextAsync(_time, s_step)).Method.ShouldBe("GET");
        _working.ShouldBeFalse();
    }

    [Fact]
    public async Task The_leader_renews_every_two_seconds_on_the_version_it_wrote()
    {
        await LeadAsync();
        for (var version = 2; version < 6; version++)
        {
            var began = _time.GetTimestamp();
            var renew = await _api.NextAsync(_time, s_step);
            _time.GetElapsedTime(began).TotalSeconds.ShouldBeInRange(1.9, 2.9);
            (renew.Method, (string?)renew.Body["metadata"]!["resourceVersion"], (int?)renew.Body["spec"]!["leaseTransitions"]).ShouldBe(("PATCH", $"{version - 1}", 0));
            ((string?)renew.Body["spec"]!["acquireTime"]).ShouldBe("2031-03-04T05:06:07.089000Z");
            await renew.AnswerAsync(Lease($"{version}", renew.Body["spec"]!));
            await Eventually.HoldsAsync(() => _time.Pending.Count == 1);
        }

        _elector.IsLeading.ShouldBeTrue();
    }

    [Fact]
    public async Task A_leader_who_cannot_renew_stops_its_work_before_the_lease_runs_out()
    {
        await LeadAsync();
        var began = _time.GetTimestamp();

        // Each renewal fails; the work ends as soon as it is told.
        _workMayEnd.SetResult();
        while (!_running.IsCompleted)
        {
            _time.Advance(s_step);
            while (_api.Waiting > 0)
            {
                await (await _api.NextAsync()).RefuseAsync(500, "InternalError");
            }

            await Task.WhenAny(_running, Task.Delay(TimeSpan.FromMilliseconds(3), TimeProvider.System, CancellationToken.None));
        }

        _time.GetElapsedTime(began).TotalSeconds.ShouldBeInRange(10, 12);
        (await Should.ThrowAsync<LeadershipLostException>(_running)).Message.ShouldContain("ns/lead");
        (_working, _elector.IsLeading).ShouldBe((false, false));
    }

    [Fact]
    public async Task A_renewal_that_hangs_does_not_outlive_its_deadline()
    {
        await LeadAsync();
        _workMayEnd.SetResult();
        var began = _time.GetTimestamp();

        await _api.NextAsync(_time, s_step);
        await _time.AdvanceUntilAsync(() => _running.IsCompleted, s_step);

        _time.GetElapsedTime(began).TotalSeconds.ShouldBeInRange(10, 12);
        await Should.ThrowAsync<LeadershipLostException>(_running);
    }

    [Fact]
    public async Task A_leader_who_sees_another_holder_stops_at_once()
    {
        await LeadAsync();
        _workMayEnd.SetResult();

        await (await _api.NextAsync(_time, s_step)).RefuseAsync(409, "Conflict");
        var look = await _api.NextAsync(_time, s_step);
        look.Method.ShouldBe("GET");
        await look.AnswerAsync(Lease("9", Spec("other")));

        await Should.ThrowAsync<LeadershipLostException>(_running);
    }

    [Fact]
    public async Task The_lease_is_released_only_after_the_work_has_ended_and_renewed_until_then()
    {
        await LeadAsync();
        await _stop.CancelAsync();

        var renew = await _api.NextAsync(_time, s_step);
        ((string?)renew.Body["spec"]!["holderIdentity"]).ShouldBe("me");
        await renew.AnswerAsync(Lease("2", renew.Body["spec"]!));
        await Eventually.HoldsAsync(() => _time.Pending.Count == 1);
        _working.ShouldBeTrue();
        _workMayEnd.SetResult();

        var release = await _api.NextAsync();
        _working.ShouldBeFalse();
        ((string?)release.Body["spec"]!["holderIdentity"], (int?)release.Body["spec"]!["leaseDurationSeconds"]).ShouldBe(("", 1));
        await release.AnswerAsync(Lease("3", release.Body["spec"]!));
        await _running;
    }

    [Fact]
    public void Durations_that_would_let_two_lead_are_refused() =>
        Should.Throw<ArgumentException>(() => new LeaderElector(
            _api.Client,
            new LeaderElectionOptions { Namespace = "ns", LeaseName = "lead", Identity = "me", RenewDeadline = TimeSpan.FromSeconds(15) },
            _time,
            _log));

    private void Start() => _running = _elector.RunAsync(WorkAsync, _stop.Token);

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        _working = true;
        await Eventually.HoldsAsync(() => cancellationToken.IsCancellationRequested);
        await _workMayEnd.Task;
        _working = false;
    }

    /// <summary>Leads at version 1, with the wait for the first renewal begun.</summary>
    private async Task LeadAsync()
    {
        Start();
        await (await _api.NextAsync()).RefuseAsync(404, "NotFound");
        var create = await _api.NextAsync();
        await create.AnswerAsync(Lease("1", create.Body["spec"]!), 201);
        await Eventually.HoldsAsync(() => _working && _time.Pending.Count == 1);
    }

    private static JsonObject Spec(string holder, string renewTime = "2031-01-01T00:00:00.000000Z", int transitions = 0) => new()
    {
        ["holderIdentity"] = holder,
        ["leaseDurationSeconds"] = 15,
        ["acquireTime"] = "2030-01-01T00:00:00.000000Z",
        ["renewTime"] = renewTime,
        ["leaseTransitions"] = transitions,
    };

    private static JsonObject Lease(string version, JsonNode spec) => new()
    {
        ["apiVersion"] = "coordination.k8s.io/v1",
        ["kind"] = "Lease",
        ["metadata"] = new JsonObject { ["namespace"] = "ns", ["name"] = "lead", ["resourceVersion"] = version },
        ["spec"] = spec.DeepClone(),
    };
}
