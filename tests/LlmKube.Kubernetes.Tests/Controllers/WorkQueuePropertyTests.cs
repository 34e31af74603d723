using FsCheck;
using FsCheck.Fluent;
using LlmKube.Kubernetes.Controllers;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Controllers;

public sealed class WorkQueuePropertyTests
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(150);

    [Fact]
    public void A_key_is_never_held_twice_and_no_wish_is_lost_for_any_order_of_calls() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), steps => Replay(steps)).Check(s_config);

    [Fact]
    public async Task Every_key_is_seen_in_its_last_state_by_one_worker_at_a_time_for_any_interleaving()
    {
        using var queue = new WorkQueue<int>(TimeProvider.System);
        var states = new int[16];
        var seen = new int[16];
        var inside = new int[16];
        var overlaps = 0;
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (await queue.TakeAsync(CancellationToken.None) is { } taken)
            {
                if (Interlocked.Increment(ref inside[taken.Key]) != 1)
                {
                    Interlocked.Increment(ref overlaps);
                }

                var state = Volatile.Read(ref states[taken.Key]);
                await Task.Yield();
                Volatile.Write(ref seen[taken.Key], state);
                Interlocked.Decrement(ref inside[taken.Key]);
                queue.Done(taken.Key);
            }
        })).ToList();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                var key = (i * 7 + writer) % states.Length;
                Interlocked.Increment(ref states[key]);
                queue.Add(key, i % 3 == 0 ? QueuePriority.Background : QueuePriority.Normal);
                if (i % 50 == 0)
                {
                    await Task.Yield();
                }
            }
        }));
        await Task.WhenAll(writers);
        await Eventually.HoldsAsync(() => seen.SequenceEqual(states));
        await queue.DrainAsync(CancellationToken.None);
        await Task.WhenAll(workers);
        overlaps.ShouldBe(0);
    }

    /// <summary>Each byte is one call; a plain model says what must hold after it.</summary>
    private static bool Replay(byte[] steps)
    {
        var time = new ManualTime();
        using var queue = new WorkQueue<int>(time, jitter: new Random(5));
        var held = new HashSet<int>();
        var wanted = new HashSet<int>();
        foreach (var step in steps)
        {
            var key = step >> 3 & 0b11;
            switch (step & 0b111)
            {
                case 0:
                    queue.Add(key);
                    wanted.Add(key);
                    break;
                case 1:
                    queue.Add(key, QueuePriority.Background);
                    wanted.Add(key);
                    break;
                case 2:
                    queue.AddAfter(key, TimeSpan.FromMilliseconds(step * 40), (QueuePriority)(step >> 7));
                    wanted.Add(key);
                    break;
                case 3:
                    queue.Retry(key);
                    wanted.Add(key);
                    break;
                case 4:
                    queue.Forget(key);
                    break;
                case 5:
                    time.Advance(TimeSpan.FromMilliseconds(step * 20));
                    break;
                case 6 when queue.Depth > 0:
                    Take(queue, held, wanted);
                    break;
                case 7 when held.Remove(key):
                    queue.Done(key);
                    break;
                default:
                    break;
            }

            queue.Depth.ShouldBeLessThanOrEqualTo(wanted.Count);
        }

        foreach (var key in held.ToList())
        {
            held.Remove(key);
            queue.Done(key);
        }

        time.Advance(TimeSpan.FromMinutes(6));
        while (queue.Depth > 0)
        {
            queue.Done(Take(queue, held, wanted));
            held.Clear();
        }

        return wanted.Count == 0;
    }

    private static int Take(WorkQueue<int> queue, HashSet<int> held, HashSet<int> wanted)
    {
        var taking = queue.TakeAsync(CancellationToken.None);
        taking.IsCompletedSuccessfully.ShouldBeTrue();
        var key = taking.GetAwaiter().GetResult()!.Value.Key;
        held.Add(key).ShouldBeTrue($"{key} was handed out while it was held");
        wanted.Remove(key).ShouldBeTrue($"{key} was handed out although nobody wanted it");
        return key;
    }
}
