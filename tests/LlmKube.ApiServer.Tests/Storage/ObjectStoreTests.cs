using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using LlmKube.ApiServer.Storage;
using LlmKube.Kubernetes.Objects;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Storage;

/// <summary>One revision for all, nothing overwritten unseen, and every change told in order.</summary>
public sealed class ObjectStoreTests
{
    [Fact]
    public async Task A_write_that_expects_another_revision_is_told_what_is_there()
    {
        await using var store = ObjectStore.InMemory(100);
        var first = await TestStores.PutAsync(store, "a", 1);
        await TestStores.PutAsync(store, "a", 2);

        var late = await store.CommitAsync(new StoreWrite(TestStores.Key("a"), TestStores.Thing("a", 3), first.Revision));
        var double_ = await store.CommitAsync(new StoreWrite(TestStores.Key("a"), TestStores.Thing("a", 4), 0));
        var missing = await store.CommitAsync(new StoreWrite(TestStores.Key("b"), null, 7));

        late.ShouldBeOfType<CommitOutcome.Outdated>().Current!.Parse()["value"]!.GetValue<int>().ShouldBe(2);
        double_.ShouldBeOfType<CommitOutcome.Outdated>();
        missing.ShouldBeOfType<CommitOutcome.Outdated>().Current.ShouldBeNull();
    }

    [Fact]
    public async Task A_write_needs_what_it_requires_at_the_moment_of_its_commit()
    {
        await using var store = ObjectStore.InMemory(100);
        var ns = new StoreKey(new ResourceCollection("", "namespaces"), new ObjectKey("", "x"));
        var write = new StoreWrite(TestStores.Key("a"), TestStores.Thing("a"), 0) { Requires = [ns] };

        (await store.CommitAsync(write)).ShouldBeOfType<CommitOutcome.Unmet>().Required.ShouldBe(ns);
        await store.CommitAsync(new StoreWrite(ns, TestStores.Thing("x"), 0));
        (await store.CommitAsync(write)).ShouldBeOfType<CommitOutcome.Committed>();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Concurrent_increments_are_all_counted_and_all_told(bool durable)
    {
        const int Writers = 8;
        const int Each = 25;
        using var stores = new TestStores();
        await using var store = durable ? stores.Open() : ObjectStore.InMemory(10_000);
        await TestStores.PutAsync(store, "counter", 0);
        var acknowledged = new ConcurrentBag<long>();

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                while (true)
                {
                    var current = store.State.Find(TestStores.Key("counter"))!;
                    var next = current.Parse();
                    next["value"] = next["value"]!.GetValue<int>() + 1;
                    if (await store.CommitAsync(new StoreWrite(current.Key, next, current.Revision)) is CommitOutcome.Committed committed)
                    {
                        acknowledged.Add(committed.Object.Revision);
                        break;
                    }
                }
            }
        })));

        store.State.Find(TestStores.Key("counter"))!.Parse()["value"]!.GetValue<int>().ShouldBe(Writers * Each);
        acknowledged.Distinct().Count().ShouldBe(Writers * Each);
        var cursor = store.LogOf(TestStores.Things).Read(1)!;
        var told = new List<long>();
        while (cursor.TryRead() is { } change)
        {
            told.Add(change.Revision);
        }

        told.ShouldBe(told.Order());
        told.Count.ShouldBe((Writers * Each) + 1);
    }

    [Fact]
    public async Task Whatever_was_acknowledged_is_in_every_crash_image_of_the_directory()
    {
        using var stores = new TestStores();
        var acknowledged = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        await using var store = stores.Open();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await TestStores.PutAsync(store, $"w{writer}-{i % 7}", i);
                acknowledged[$"w{writer}-{i % 7}"] = i;
            }
        })).ToArray();

        for (var image = 0; image < 20; image++)
        {
            var promised = acknowledged.ToArray();
            using var copy = new TestStores();
            foreach (var file in Directory.GetFiles(stores.Path, "journal-*"))
            {
                File.Copy(file, Path.Combine(copy.Path, Path.GetFileName(file)));
            }

            await using var recovered = copy.Open();
            foreach (var (name, value) in promised)
            {
                recovered.State.Find(TestStores.Key(name)).ShouldNotBeNull().Parse()["value"]!.GetValue<int>().ShouldBeGreaterThanOrEqualTo(value);
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    [Fact]
    public async Task A_held_state_stays_what_it_was()
    {
        await using var store = ObjectStore.InMemory(100);
        await TestStores.PutAsync(store, "a", 1);
        var held = store.State;
        await TestStores.PutAsync(store, "a", 2);
        await TestStores.PutAsync(store, "b", 1);

        TestStores.Describe(held).ShouldBe("a=1@2");
    }

    [Fact]
    public void Any_sequence_of_writes_restores_to_the_same_state()
    {
        var operation = Gen.Choose(0, 4).SelectMany(name => Gen.Choose(-3, 9).Select(value => (Name: $"n{name}", Value: value)));
        Prop.ForAll(operation.ListOf().ToArbitrary(), operations => RestoresAsync(operations).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    private static async Task<bool> RestoresAsync(IEnumerable<(string Name, int Value)> operations)
    {
        using var stores = new TestStores();
        var model = new SortedDictionary<string, int>(StringComparer.Ordinal);
        string before;
        await using (var store = stores.Open(compactAtBytes: 600))
        {
            foreach (var (name, value) in operations)
            {
                if (value >= 0)
                {
                    await TestStores.PutAsync(store, name, value);
                    model[name] = value;
                }
                else if (model.Remove(name))
                {
                    await TestStores.RemoveAsync(store, name);
                }
            }

            before = TestStores.Describe(store.State);
        }

        await using var again = stores.Open();
        var values = again.State.Of(TestStores.Things).Values.Select(stored => (stored.Key.Object.Name, stored.Parse()["value"]!.GetValue<int>()));
        return TestStores.Describe(again.State) == before && values.SequenceEqual(model.Select(pair => (pair.Key, pair.Value)));
    }
}
