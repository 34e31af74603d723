using LlmKube.Agent.Replicas;
using Shouldly;
using Xunit;

namespace LlmKube.Agent.Tests.Replicas;

public sealed class ReplicaPlannerTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void What_is_missing_is_started()
    {
        var plan = Plan(3, "new", 10, New(1, ReplicaPhase.Ready));

        plan.Start.ShouldBe([0, 2]);
        plan.Drain.ShouldBeEmpty();
    }

    [Fact]
    public void What_has_no_room_is_refused_and_not_started()
    {
        var plan = Plan(3, "new", 1);

        plan.Start.ShouldBe([0]);
        plan.Refused.ShouldBe([1, 2]);
    }

    [Fact]
    public void An_old_replica_stays_until_the_new_one_of_its_place_is_ready()
    {
        Plan(1, "new", 10, Old(0, ReplicaPhase.Ready), New(0, ReplicaPhase.Starting)).Drain.ShouldBeEmpty();
        Plan(1, "new", 10, Old(0, ReplicaPhase.Ready), New(0, ReplicaPhase.Ready)).Drain.ShouldBe([Old(0, ReplicaPhase.Ready)]);
    }

    [Fact]
    public void An_old_replica_gives_its_memory_to_a_new_one_that_has_no_room() =>
        Plan(1, "new", 0, Old(0, ReplicaPhase.Ready)).Drain.ShouldBe([Old(0, ReplicaPhase.Ready)]);

    [Fact]
    public void Scaling_down_drains_the_last_ones() =>
        Plan(1, "new", 10, New(0, ReplicaPhase.Ready), New(1, ReplicaPhase.Ready)).Drain.ShouldBe([New(1, ReplicaPhase.Ready)]);

    [Fact]
    public void A_service_that_is_not_wanted_loses_everything()
    {
        var plan = Plan(0, null, 0, New(0, ReplicaPhase.Ready), New(1, ReplicaPhase.BackingOff), New(2, ReplicaPhase.Draining));

        plan.Drain.ShouldBe([New(0, ReplicaPhase.Ready)]);
        plan.Forget.ShouldBe([New(1, ReplicaPhase.BackingOff)]);
    }

    [Fact]
    public void While_the_model_is_not_ready_nothing_is_touched() =>
        Plan(2, null, 10, Old(0, ReplicaPhase.Ready)).ShouldBe(ReplicaPlan.Nothing);

    [Fact]
    public void A_replica_that_backs_off_is_started_when_its_time_has_come()
    {
        var waiting = New(0, ReplicaPhase.BackingOff) with { RestartAt = s_now.AddSeconds(5) };

        Plan(1, "new", 10, waiting).LookAgainAt.ShouldBe(s_now.AddSeconds(5));
        Plan(1, "new", 10, waiting).Start.ShouldBeEmpty();
        Plan(1, "new", 10, waiting with { RestartAt = s_now }).Start.ShouldBe([0]);
    }

    private static ReplicaPlan Plan(int wanted, string? hash, int room, params ReplicaState[] current) => ReplicaPlanner.Plan(wanted, hash, current, room, s_now);

    private static ReplicaState New(int ordinal, ReplicaPhase phase) => new(ordinal, "new", phase);

    private static ReplicaState Old(int ordinal, ReplicaPhase phase) => new(ordinal, "old", phase);
}
