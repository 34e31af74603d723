using LlmKube.Models.Store.Locking;
using LlmKube.TestKit;
using Shouldly;
using Xunit;
using static LlmKube.Models.Tests.Store.StoreUnderTest;

namespace LlmKube.Models.Tests.Store.Locking;

/// <summary>One writer a key, whoever dies.</summary>
public sealed class KeyLockTests : IDisposable
{
    private readonly StoreUnderTest _store = new();

    private string LockPath => _store.Layout.LockFile(Key);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task The_second_waits_until_the_first_lets_go()
    {
        var first = await AcquireAsync(Key);
        var told = 0;
        var second = KeyLock.AcquireAsync(_store.Layout, Key, _store.Time, () => told++, CancellationToken.None);
        for (var i = 0; i < 100; i++)
        {
            _store.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        second.IsCompleted.ShouldBeFalse();
        await first.DisposeAsync();
        await using var held = await _store.Time.AdvanceUntilAsync(second, TimeSpan.FromSeconds(1));
        told.ShouldBe(1);
        held.Lost.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task Other_keys_are_not_held_up()
    {
        await using var first = await AcquireAsync(Key);
        await using var second = await AcquireAsync(OtherKey);
    }

    [Fact]
    public async Task A_holder_of_this_machine_that_died_is_succeeded_at_once()
    {
        var record = new LockRecord("n", ProcessIdentity.Current() with { Start = "1" }, 7);
        Write(record.ToBytes());
        var acquired = KeyLock.AcquireAsync(_store.Layout, Key, _store.Time, null, CancellationToken.None);
        await using var held = await _store.Time.AdvanceUntilAsync(acquired, TimeSpan.FromMilliseconds(100));
        LockRecord.Parse(await File.ReadAllTextAsync(LockPath, TestContext.Current.CancellationToken))!.Nonce.Length.ShouldBe(32);
    }

    [Fact]
    public async Task A_holder_elsewhere_is_taken_for_dead_only_when_it_stops_counting()
    {
        var elsewhere = new LockRecord("n", new ProcessIdentity("another machine", 1, "1"), 1);
        Write(elsewhere.ToBytes());
        var acquired = KeyLock.AcquireAsync(_store.Layout, Key, _store.Time, null, CancellationToken.None);
        for (var beat = 2; beat < 10; beat++)
        {
            await PassAsync(KeyLock.DeadAfter - TimeSpan.FromSeconds(10));
            acquired.IsCompleted.ShouldBeFalse();
            Write((elsewhere with { Beat = beat }).ToBytes());
        }

        await using var held = await _store.Time.AdvanceUntilAsync(acquired, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Text_that_is_no_record_holds_the_lock_only_for_a_while()
    {
        Write("half a rec"u8.ToArray());
        var acquired = KeyLock.AcquireAsync(_store.Layout, Key, _store.Time, null, CancellationToken.None);
        await PassAsync(KeyLock.DeadAfter - TimeSpan.FromSeconds(10));
        acquired.IsCompleted.ShouldBeFalse();
        await using var held = await _store.Time.AdvanceUntilAsync(acquired, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Who_lost_it_while_standing_still_hears_of_it_and_leaves_the_others_lock_alone()
    {
        var held = await AcquireAsync(Key);
        var other = new LockRecord("other", new ProcessIdentity("another machine", 1, "1"), 1).ToBytes();
        File.Delete(LockPath);
        Write(other);
        await Eventually.HoldsAsync(() =>
        {
            _store.Time.Advance(KeyLock.BeatEvery);
            return held.Lost.IsCancellationRequested;
        });
        await held.DisposeAsync();
        (await File.ReadAllBytesAsync(LockPath, TestContext.Current.CancellationToken)).ShouldBe(other);
    }

    [Fact]
    public async Task Of_many_that_come_at_once_one_at_a_time_is_in()
    {
        var inside = 0;
        var most = 0;
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(async () =>
        {
            await using var held = await KeyLock.AcquireAsync(_store.Layout, Key, TimeProvider.System, null, CancellationToken.None);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
        })));
        most.ShouldBe(1);
        Directory.GetFiles(Path.GetDirectoryName(LockPath)!).ShouldBeEmpty();
    }

    private Task<KeyLock> AcquireAsync(string key) => KeyLock.AcquireAsync(_store.Layout, key, _store.Time, null, CancellationToken.None);

    /// <summary>Lets time pass in steps that are small against a beat, and lets the waiting task look at each.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        var step = TimeSpan.FromMilliseconds(500);
        for (var passed = TimeSpan.Zero; passed < time; passed += step)
        {
            await Eventually.HoldsAsync(() => _store.Time.Pending.Count > 0);
            _store.Time.Advance(step);
        }
    }

    private void Write(byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(LockPath)!);
        File.WriteAllBytes(LockPath, content);
    }
}
