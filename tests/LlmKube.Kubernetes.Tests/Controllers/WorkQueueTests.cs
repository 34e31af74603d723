using LlmKube.Kubernetes.Controllers;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Controllers;

public sealed class WorkQueueTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly WorkQueue<string> _queue;

    public WorkQueueTests() => _queue = new WorkQueue<string>(_time, jitter: new Random(1));

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task A_key_waits_at_most_once()
    {
        _queue.Add("a");
        _queue.Add("a");
        _queue.Depth.ShouldBe(1);
        (await TakeAsync()).ShouldBe("a");
        _queue.Done("a");
        _queue.Depth.ShouldBe(0);
    }

    [Fact]
    public async Task Keys_come_in_the_order_they_were_added()
    {
        _queue.Add("a");
        _queue.Add("b");
        _queue.Add("a");
        _queue.Add("c");
        (await TakeAsync()).ShouldBe("a");
        (await TakeAsync()).ShouldBe("b");
        (await TakeAsync()).ShouldBe("c");
    }

    [Fact]
    public async Task A_timer_that_is_late_holds_up_nothing()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(1));
        _time.Jump(TimeSpan.FromSeconds(5));

        _queue.AddAfter("b", TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(2));

        (await TakeAsync()).ShouldBe("a");
        (await TakeAsync()).ShouldBe("b");
    }

    [Fact]
    public async Task A_key_is_never_handed_to_two_workers_at_once()
    {
        _queue.Add("a");
        (await TakeAsync()).ShouldBe("a");
        _queue.Add("a");
        var second = _queue.TakeAsync(CancellationToken.None);
        second.IsCompleted.ShouldBeFalse();
        _queue.Done("a");
        (await second)!.Value.Key.ShouldBe("a");
    }

    [Fact]
    public async Task A_key_added_while_held_comes_back_after_done()
    {
        _queue.Add("a");
        await TakeAsync();
        _queue.Add("a");
        _queue.Add("a");
        _queue.Depth.ShouldBe(0);
        _queue.Done("a");
        _queue.Depth.ShouldBe(1);
        (await TakeAsync()).ShouldBe("a");
        _queue.Done("a");
        _queue.Depth.ShouldBe(0);
    }

    [Fact]
    public async Task A_waiting_taker_is_served_by_the_next_add()
    {
        var taker = _queue.TakeAsync(CancellationToken.None);
        taker.IsCompleted.ShouldBeFalse();
        _queue.Add("a");
        (await taker)!.Value.Key.ShouldBe("a");
    }

    [Fact]
    public async Task A_cancelled_taker_takes_no_key_with_it()
    {
        using var cancel = new CancellationTokenSource();
        var taker = _queue.TakeAsync(cancel.Token);
        await cancel.CancelAsync();
        _queue.Add("a");
        await Should.ThrowAsync<OperationCanceledException>(taker);
        (await TakeAsync()).ShouldBe("a");
    }

    [Fact]
    public void A_delayed_key_comes_when_its_time_has_come()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(9.9));
        _queue.Depth.ShouldBe(0);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        _queue.Depth.ShouldBe(1);
    }

    [Fact]
    public async Task The_earliest_wish_wins()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(10));
        _queue.AddAfter("a", TimeSpan.FromSeconds(2));
        _queue.AddAfter("a", TimeSpan.FromSeconds(30));
        _time.Advance(TimeSpan.FromSeconds(2.1));
        (await TakeAsync()).ShouldBe("a");
        _queue.Done("a");
        _time.Advance(TimeSpan.FromMinutes(1));
        _queue.Depth.ShouldBe(0);
    }

    [Fact]
    public async Task A_wish_for_now_takes_the_place_of_a_later_one()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(10));
        _queue.Add("a");
        (await TakeAsync()).ShouldBe("a");
        _queue.Done("a");
        _time.Advance(TimeSpan.FromMinutes(1));
        _queue.Depth.ShouldBe(0);
    }

    [Fact]
    public async Task A_delayed_wish_that_falls_due_while_the_key_is_held_waits_for_done()
    {
        _queue.Add("a");
        await TakeAsync();
        _queue.AddAfter("a", TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(5));
        _queue.Depth.ShouldBe(0);
        _queue.Done("a");
        _queue.Depth.ShouldBe(1);
    }

    [Fact]
    public void A_delay_longer_than_a_timer_can_wait_is_kept()
    {
        _queue.AddAfter("a", TimeSpan.FromDays(80));
        _time.Advance(TimeSpan.FromDays(79));
        _queue.Depth.ShouldBe(0);
        _time.Advance(TimeSpan.FromDays(1.01));
        _queue.Depth.ShouldBe(1);
    }

    [Fact]
    public void A_failing_key_backs_off_from_one_second_to_five_minutes_with_jitter()
    {
        double[] nominal = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300];
        foreach (var seconds in nominal)
        {
            _queue.Retry("a").TotalSeconds.ShouldBeInRange(seconds * 0.8, seconds);
        }

        var spread = Enumerable.Range(0, 20).Select(i => _queue.Retry($"other {i}")).Distinct().Count();
        spread.ShouldBeGreaterThan(15);
    }

    [Fact]
    public void A_key_that_is_forgotten_backs_off_from_the_start()
    {
        _queue.Retry("a");
        _queue.Retry("a");
        _queue.Forget("a");
        _queue.Retry("a").TotalSeconds.ShouldBeInRange(0.8, 1);
    }

    [Fact]
    public void A_retry_waits_at_least_as_long_as_the_server_asked() =>
        _queue.Retry("a", atLeast: TimeSpan.FromSeconds(42)).ShouldBe(TimeSpan.FromSeconds(42));

    [Fact]
    public async Task A_resync_never_delays_a_users_change()
    {
        _queue.Add("resync 1", QueuePriority.Background);
        _queue.Add("resync 2", QueuePriority.Background);
        _queue.Add("change");
        (await TakeAsync()).ShouldBe("change");
        (await TakeAsync()).ShouldBe("resync 1");
        (await TakeAsync()).ShouldBe("resync 2");
    }

    [Fact]
    public async Task A_change_of_a_key_that_waits_in_the_background_moves_it_forward()
    {
        _queue.Add("a", QueuePriority.Background);
        _queue.Add("b", QueuePriority.Background);
        _queue.Add("b");
        _queue.Add("b", QueuePriority.Background);
        (await TakeAsync()).ShouldBe("b");
        (await TakeAsync()).ShouldBe("a");
        _queue.Depth.ShouldBe(0);
    }

    [Fact]
    public async Task Closing_ends_the_takers_and_drops_what_waits()
    {
        var taker = _queue.TakeAsync(CancellationToken.None);
        _queue.Close();
        (await taker).ShouldBeNull();
        _queue.Add("late");
        (await _queue.TakeAsync(CancellationToken.None)).ShouldBeNull();
        _queue.Depth.ShouldBe(0);
    }

    [Fact]
    public async Task Draining_waits_until_every_held_key_is_done()
    {
        _queue.Add("a");
        _queue.Add("b");
        await TakeAsync();
        await TakeAsync();
        var drained = _queue.DrainAsync(CancellationToken.None);
        _queue.Done("a");
        drained.IsCompleted.ShouldBeFalse();
        _queue.Done("b");
        await drained;
    }

    [Fact]
    public void Done_for_a_key_that_is_not_held_is_a_fault() =>
        Should.Throw<InvalidOperationException>(() => _queue.Done("a")).Message.ShouldContain("'a'");

    private async Task<string> TakeAsync()
    {
        var taken = _queue.TakeAsync(CancellationToken.None);
        taken.IsCompleted.ShouldBeTrue();
        return (await taken)!.Value.Key;
    }
}
