using LlmKube.ApiServer.Storage;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Storage;

/// <summary>What was acknowledged is there after a restart, whatever the crash left behind it.</summary>
public sealed class JournalTests
{
    [Fact]
    public async Task What_was_committed_is_there_after_a_restart_under_its_revision()
    {
        using var stores = new TestStores();
        string before;
        await using (var store = stores.Open())
        {
            await TestStores.PutAsync(store, "a", 1);
            await TestStores.PutAsync(store, "b", 2);
            await TestStores.PutAsync(store, "a", 3);
            await TestStores.RemoveAsync(store, "b");
            before = TestStores.Describe(store.State);
            before.ShouldBe("a=3@4");
        }

        await using var again = stores.Open();
        TestStores.Describe(again.State).ShouldBe(before);
        again.State.Revision.ShouldBe(5);
        (await TestStores.PutAsync(again, "c")).Revision.ShouldBe(6);
    }

    [Fact]
    public async Task A_journal_cut_at_any_byte_keeps_exactly_the_commits_before_the_cut()
    {
        using var stores = new TestStores();
        var ends = new List<(long Length, string State)>();
        await using (var store = stores.Open())
        {
            ends.Add((new FileInfo(stores.Journal).Length, ""));
            for (var i = 0; i < 6; i++)
            {
                await TestStores.PutAsync(store, $"n{i % 3}", i);
                ends.Add((new FileInfo(stores.Journal).Length, TestStores.Describe(store.State)));
            }
        }

        var whole = await File.ReadAllBytesAsync(stores.Journal);
        var path = stores.Journal;
        for (var length = 0; length <= whole.Length; length++)
        {
            await File.WriteAllBytesAsync(path, whole[..length]);
            var content = JournalReader.Read(path);
            var good = ends.LastOrDefault(end => end.Length <= length);

            // Shorter than its head, a journal is one that never acknowledged anything.
            content.GoodLength.ShouldBe(good.Length);
            content.TornBytes.ShouldBe(length - good.Length);
            content.Records.Count.ShouldBe(Math.Max(0, ends.IndexOf(good)));
        }
    }

    [Fact]
    public async Task A_store_whose_journal_was_cut_goes_on_behind_the_last_whole_commit()
    {
        using var stores = new TestStores();
        string first;
        await using (var store = stores.Open())
        {
            await TestStores.PutAsync(store, "a", 1);
            first = TestStores.Describe(store.State);
            await TestStores.PutAsync(store, "b", 2);
        }

        var whole = await File.ReadAllBytesAsync(stores.Journal);
        foreach (var cut in (int[])[1, 7, 20, 100])
        {
            await File.WriteAllBytesAsync(stores.Journal, whole[..^cut]);
            await using (var store = stores.Open())
            {
                TestStores.Describe(store.State).ShouldBe(first);
                await TestStores.PutAsync(store, "c", cut);
            }

            await using (var store = stores.Open())
            {
                TestStores.Describe(store.State).ShouldEndWith($"c={cut}@3");
            }
        }
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public async Task Garbage_behind_the_last_commit_is_cut_off(byte garbage)
    {
        using var stores = new TestStores();
        await using (var store = stores.Open())
        {
            await TestStores.PutAsync(store, "a", 1);
        }

        await using (var stream = new FileStream(stores.Journal, FileMode.Append))
        {
            stream.Write(Enumerable.Repeat(garbage, 4096).ToArray());
        }

        await using var again = stores.Open();
        TestStores.Describe(again.State).ShouldBe("a=1@2");
    }

    [Fact]
    public async Task A_flipped_bit_before_intact_commits_is_refused_and_not_cut()
    {
        using var stores = new TestStores();
        long firstEnd;
        await using (var store = stores.Open())
        {
            await TestStores.PutAsync(store, "a", 1);
            firstEnd = new FileInfo(stores.Journal).Length;
            await TestStores.PutAsync(store, "b", 2);
        }

        var bytes = await File.ReadAllBytesAsync(stores.Journal);
        bytes[firstEnd - 3] ^= 1;
        await File.WriteAllBytesAsync(stores.Journal, bytes);

        Should.Throw<InvalidDataException>(() => stores.Open()).Message.ShouldContain("intact commits follow");
        (await File.ReadAllBytesAsync(stores.Journal)).Length.ShouldBe(bytes.Length);
    }

    [Fact]
    public async Task Compaction_keeps_the_state_and_drops_the_old_files()
    {
        using var stores = new TestStores();
        string before;
        await using (var store = stores.Open(compactAtBytes: 4096))
        {
            for (var i = 0; i < 400; i++)
            {
                await TestStores.PutAsync(store, $"n{i % 5}", i);
            }

            before = TestStores.Describe(store.State);
        }

        Directory.GetFiles(stores.Path, "snapshot-*").ShouldHaveSingleItem();
        Directory.GetFiles(stores.Path).Sum(file => new FileInfo(file).Length).ShouldBeLessThan(40_000);
        await using var again = stores.Open();
        TestStores.Describe(again.State).ShouldBe(before);
        again.State.Revision.ShouldBe(401);
    }

    [Fact]
    public async Task A_crash_between_the_new_journal_and_its_snapshot_loses_nothing()
    {
        using var stores = new TestStores();
        await using (var store = stores.Open())
        {
            await TestStores.PutAsync(store, "a", 1);
        }

        // The next journal is begun and written to; of the snapshot there is only the beginning of a temporary file.
        using (var next = JournalFile.Create(Path.Combine(stores.Path, "journal-0000000000000000002-0000")))
        {
            var frozen = StoredObject.Freeze(TestStores.Key("b"), 3, TestStores.Thing("b", 2));
            await next.AppendAsync(JournalFormat.Frame([new JournalRecord(frozen.Key, 3, frozen.Json)]), CancellationToken.None);
        }

        await File.WriteAllTextAsync(Path.Combine(stores.Path, "snapshot-0000000000000000002.tmp"), "LLM");

        await using var again = stores.Open();
        TestStores.Describe(again.State).ShouldBe("a=1@2 b=2@3");
    }

    [Fact]
    public async Task A_snapshot_that_is_not_whole_is_refused()
    {
        using var stores = new TestStores();
        await using (var store = stores.Open(compactAtBytes: 1))
        {
            await TestStores.PutAsync(store, "a", 1);
        }

        var snapshot = Directory.GetFiles(stores.Path, "snapshot-*").ShouldHaveSingleItem();
        await File.WriteAllBytesAsync(snapshot, (await File.ReadAllBytesAsync(snapshot))[..^1]);

        Should.Throw<InvalidDataException>(() => stores.Open()).Message.ShouldContain("is not whole");
    }

    [Fact]
    public async Task A_directory_belongs_to_one_process_at_a_time()
    {
        using var stores = new TestStores();
        await using var store = stores.Open();

        Should.Throw<IOException>(() => stores.Open()).Message.ShouldContain("is in use by another process");
    }

    [Fact]
    public async Task A_watch_resumes_over_a_restart()
    {
        using var stores = new TestStores();
        await using (var store = stores.Open())
        {
            await TestStores.PutAsync(store, "a", 1);
            await TestStores.PutAsync(store, "a", 2);
            await TestStores.RemoveAsync(store, "a");
        }

        await using var again = stores.Open();
        var cursor = again.LogOf(TestStores.Things).Read(2).ShouldNotBeNull();
        cursor.TryRead()!.Kind.ShouldBe(StoreEventKind.Modified);
        cursor.TryRead()!.Kind.ShouldBe(StoreEventKind.Deleted);
        cursor.TryRead().ShouldBeNull();
    }
}
