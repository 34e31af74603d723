using LlmKube.Models.Store;
using Shouldly;
using Xunit;
using static LlmKube.Models.Tests.Store.StoreUnderTest;

namespace LlmKube.Models.Tests.Store;

/// <summary>What goes when room is needed, and what is swept.</summary>
public sealed class StoreUpkeepTests : IDisposable
{
    private static readonly DateTimeOffset s_day = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly StoreUnderTest _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void The_least_recently_used_go_first_and_only_as_many_as_needed()
    {
        StoredModel[] models = [Model("a", 3, ("1", 100)), Model("b", 1, ("2", 100)), Model("c", 2, ("3", 100))];
        Plan(models, 150).ShouldBe(["b", "c"]);
        Plan(models, 0).ShouldBeEmpty();
        Plan(models, 1000).ShouldBe(["b", "c", "a"]);
    }

    [Fact]
    public void What_is_pinned_or_in_use_never_goes()
    {
        StoredModel[] models = [Model("a", 1, ("1", 100)), Model("b", 2, ("2", 100)) with { Pinned = true }, Model("c", 3, ("3", 100))];
        Plan(models, 1000, "a").ShouldBe(["c"]);
    }

    [Fact]
    public void A_shared_file_comes_free_with_the_last_model_that_has_it()
    {
        StoredModel[] models = [Model("a", 1, ("1", 100)), Model("b", 2, ("1", 100)), Model("c", 3, ("3", 50))];
        Plan(models, 60).ShouldBe(["a", "b"]);
        StoreSurvey.FreedWith(models[0], models).ShouldBe(0);
        StoreSurvey.FreedWith(models[2], models).ShouldBe(50);
    }

    [Fact]
    public void A_sweep_takes_orphans_of_some_age_and_nothing_else()
    {
        _store.Publish(Key, ("m.bin", Bytes(1)));
        var orphan = Blob(Bytes(2), TimeSpan.FromHours(2));
        var young = Blob(Bytes(3), TimeSpan.FromMinutes(10));
        var old = Partial(OtherKey, TimeSpan.FromDays(8));
        var recent = Partial("aaaaaaaaaaaaaaaa", TimeSpan.FromDays(2));
        Age(_store.Layout.Blob(Sha256(Bytes(1))), TimeSpan.FromDays(100));
        var sweeper = new StoreSweeper(_store.Layout, _store.Time);

        var found = sweeper.Sweep(dryRun: true);
        found.Paths.ShouldBe([Path.GetRelativePath(_store.Layout.Root, orphan), Path.GetRelativePath(_store.Layout.Root, old)], ignoreOrder: true);
        found.Bytes.ShouldBe(5000 + 700);
        File.Exists(orphan).ShouldBeTrue();

        sweeper.Sweep(dryRun: false).Bytes.ShouldBe(5700);
        File.Exists(orphan).ShouldBeFalse();
        Directory.Exists(old).ShouldBeFalse();
        File.Exists(young).ShouldBeTrue();
        Directory.Exists(recent).ShouldBeTrue();
        File.Exists(_store.Layout.Blob(Sha256(Bytes(1)))).ShouldBeTrue();
    }

    [Fact]
    public void A_transfer_that_somebody_holds_is_not_swept()
    {
        var old = Partial(OtherKey, TimeSpan.FromDays(8));
        Directory.CreateDirectory(Path.GetDirectoryName(_store.Layout.LockFile(OtherKey))!);
        File.WriteAllText(_store.Layout.LockFile(OtherKey), "somebody");
        new StoreSweeper(_store.Layout, _store.Time).Sweep(dryRun: false).Paths.ShouldBeEmpty();
        Directory.Exists(old).ShouldBeTrue();
    }

    private static IEnumerable<string> Plan(StoredModel[] models, long bytes, params string[] inUse) =>
        EvictionPlanner.Plan(models, bytes, inUse.ToHashSet(StringComparer.Ordinal)).Select(model => model.Key);

    private static StoredModel Model(string key, int usedOnDay, params (string Digest, long Size)[] files) => new()
    {
        Key = key,
        Source = key,
        LastUsed = s_day.AddDays(usedOnDay),
        Files = [.. files.Select(file => new StoredFile(file.Digest, file.Size, file.Digest))],
    };

    private string Blob(byte[] content, TimeSpan age)
    {
        var path = _store.Layout.Blob(Sha256(content));
        File.WriteAllBytes(path, content);
        return Age(path, age);
    }

    private string Partial(string key, TimeSpan age)
    {
        var folder = Directory.CreateDirectory(_store.Layout.PartialFolder(key)).FullName;
        File.WriteAllBytes(Path.Combine(folder, "part"), Bytes(9, 700));
        Age(Path.Combine(folder, "part"), age);
        Directory.SetLastWriteTimeUtc(folder, (_store.Time.GetUtcNow() - age).UtcDateTime);
        return folder;
    }

    private string Age(string path, TimeSpan age)
    {
        File.SetLastWriteTimeUtc(path, (_store.Time.GetUtcNow() - age).UtcDateTime);
        return path;
    }
}
