using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Http;
using LlmKube.Models.Backends.Local;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;
using LlmKube.Models.Tests.Transfer;
using LlmKube.Models.Transfer;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Store;

public sealed class ModelFetcherTests : IAsyncLifetime
{
    private static readonly byte[] s_bytes = ScriptedPlace.Bytes(700_000);

    private readonly StoreUnderTest _store = new();
    private TestSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await TestSite.StartAsync(new ServedFile(s_bytes).AnswerAsync);

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        _store.Dispose();
    }

    [Fact]
    public async Task What_is_stored_is_not_asked_for_again()
    {
        var first = await StoredAsync(Request("a.gguf"));
        var asked = _site.Requests.Count;

        var second = await StoredAsync(Request("a.gguf"));

        (first.BytesMoved, second.BytesMoved).ShouldBe((s_bytes.Length, 0));
        _site.Requests.Count.ShouldBe(asked);
        (await File.ReadAllBytesAsync(_store.Layout.ModelFile(second.Model.Key, "a.gguf")!, TestContext.Current.CancellationToken)).ShouldBe(s_bytes);
        Directory.Exists(_store.Layout.PartialFolder(second.Model.Key)).ShouldBeFalse();
    }

    [Fact]
    public async Task Nothing_is_asked_while_the_place_is_gone_and_the_model_is_here()
    {
        await StoredAsync(Request("a.gguf"));
        await _site.DisposeAsync();

        (await StoredAsync(Request("a.gguf"))).BytesMoved.ShouldBe(0);
        var refreshed = await StoredAsync(Request("a.gguf") with { Refresh = true });

        refreshed.NotRefreshed!.Kind.ShouldBe(FailureKind.Unavailable);
        refreshed.Model.Files.Single().Path.ShouldBe("a.gguf");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    public async Task Writers_of_one_key_share_one_transfer(int writers)
    {
        _site.Handler = new ServedFile(s_bytes) { Pause = TimeSpan.FromMilliseconds(2) }.AnswerAsync;

        var results = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => StoredAsync(Request("a.gguf"), TimeProvider.System)));

        results.Sum(result => result.BytesMoved).ShouldBe(s_bytes.Length);
        _site.BytesSent.ShouldBe(s_bytes.Length);
    }

    [Fact]
    public async Task Bytes_that_the_store_has_under_another_name_are_not_moved()
    {
        var digest = StoreUnderTest.Sha256(s_bytes);
        _site.Handler = context =>
        {
            context.Response.Headers["X-Checksum-Sha256"] = digest;
            return new ServedFile(s_bytes).AnswerAsync(context);
        };
        await StoredAsync(Request("a.gguf"));
        var sent = _site.BytesSent;

        var other = await StoredAsync(Request("copy/b.gguf"));

        other.BytesMoved.ShouldBe(0);
        _site.BytesSent.ShouldBe(sent);
        (await File.ReadAllBytesAsync(_store.Layout.ModelFile(other.Model.Key, "b.gguf")!, TestContext.Current.CancellationToken)).ShouldBe(s_bytes);
    }

    [Fact]
    public async Task A_refresh_moves_only_what_changed()
    {
        await StoredAsync(Request("a.gguf"));
        (await StoredAsync(Request("a.gguf") with { Refresh = true })).BytesMoved.ShouldBe(0);
        var changed = ScriptedPlace.Bytes(600_000, 9);
        _site.Handler = new ServedFile(changed) { ETag = "\"v2\"" }.AnswerAsync;

        var refreshed = await StoredAsync(Request("a.gguf") with { Refresh = true });

        refreshed.Model.Revision.ShouldBe("v2 600000");
        (await File.ReadAllBytesAsync(_store.Layout.ModelFile(refreshed.Model.Key, "a.gguf")!, TestContext.Current.CancellationToken)).ShouldBe(changed);
    }

    [Fact]
    public async Task A_place_that_changes_on_the_way_is_read_at_its_new_revision()
    {
        var changed = ScriptedPlace.Bytes(650_000, 9);
        var asked = 0;
        _site.Handler = context => Interlocked.Increment(ref asked) < 4
            ? new ServedFile(s_bytes).AnswerAsync(context)
            : new ServedFile(changed) { ETag = "\"v2\"" }.AnswerAsync(context);

        var stored = await StoredAsync(Request("a.gguf"));

        stored.Model.Files.Single().Sha256.ShouldBe(StoreUnderTest.Sha256(changed));
    }

    [Fact]
    public async Task Bytes_with_another_digest_than_asked_for_are_not_stored_or_kept()
    {
        var request = Request("a.gguf") with { Sha256 = new string('0', 64) };

        var failure = await FailedAsync(request);

        failure.Kind.ShouldBe(FailureKind.Corrupt);
        failure.Message.ShouldContain(StoreUnderTest.Sha256(s_bytes));
        (await _store.FindAsync(request.CacheKey)).ShouldBeNull();
        Directory.Exists(_store.Layout.PartialFolder(request.CacheKey)).ShouldBeFalse();
        (await StoredAsync(request with { Sha256 = StoreUnderTest.Sha256(s_bytes).ToUpperInvariant() })).BytesMoved.ShouldBe(s_bytes.Length);
    }

    [Fact]
    public async Task A_cut_transfer_leaves_nothing_visible_and_is_gone_on_with()
    {
        _site.Handler = context => context.Request.Method == "HEAD" || _site.Requests.Count < 3
            ? new ServedFile(s_bytes).AnswerAsync(context)
            : new ServedFile(s_bytes) { CutAfter = 0 }.AnswerAsync(context);
        var request = Request("a.gguf");

        (await FailedAsync(request)).Kind.ShouldBe(FailureKind.Unavailable);
        (await _store.FindAsync(request.CacheKey)).ShouldBeNull();
        Directory.Exists(_store.Layout.ModelFolder(request.CacheKey)).ShouldBeFalse();
        File.Exists(_store.Layout.LockFile(request.CacheKey)).ShouldBeFalse();
        _site.Handler = new ServedFile(s_bytes).AnswerAsync;

        (await StoredAsync(request)).BytesMoved.ShouldBeLessThan(s_bytes.Length);
    }

    [Fact]
    public async Task A_folder_is_imported_with_all_its_files()
    {
        var folder = Directory.CreateTempSubdirectory("llmkube-import-").FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "config.json"), [1, 2], TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(folder, "model.safetensors"), s_bytes, TestContext.Current.CancellationToken);

        var stored = await StoredAsync(new FetchRequest(BackendProbe(folder), folder));

        stored.Model.Files.Select(file => (file.Path, file.SizeBytes)).ShouldBe([("config.json", 2L), ("model.safetensors", s_bytes.Length)]);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")]
    [InlineData("model.safetensors.index.json", "part-2.safetensors")]
    public async Task A_model_with_a_part_missing_is_not_stored(string file, string missing)
    {
        var folder = Directory.CreateTempSubdirectory("llmkube-import-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, file), """{"weight_map":{"a":"part-2.safetensors"}}""", TestContext.Current.CancellationToken);

        (await FailedAsync(new FetchRequest(BackendProbe(folder), folder))).Message.ShouldContain(missing);

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Models_in_use_stay_and_others_make_way()
    {
        _store.Publish(StoreUnderTest.Key, ("old.gguf", StoreUnderTest.Bytes(1, 500_000)));
        _store.Publish(StoreUnderTest.OtherKey, ("used.gguf", StoreUnderTest.Bytes(2, 500_000)));
        var limits = new StoreLimits { SizeBytes = 1_250_000, InUse = _ => Task.FromResult<IReadOnlySet<string>>(new HashSet<string>(StringComparer.Ordinal) { StoreUnderTest.OtherKey }) };

        await StoredAsync(Request("a.gguf"), limits: limits);

        (await _store.FindAsync()).ShouldBeNull();
        (await _store.FindAsync(StoreUnderTest.OtherKey)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_store_without_room_says_what_is_needed_before_the_first_byte()
    {
        _store.Publish(StoreUnderTest.Key, ("old.gguf", StoreUnderTest.Bytes(1, 500_000)));

        var failure = await FailedAsync(Request("a.gguf"), new StoreLimits { SizeBytes = 1_000_000 });

        failure.Kind.ShouldBe(FailureKind.NoSpace);
        failure.Message.ShouldContain("needs 683.6 KiB and has 488.3 KiB free");
        _site.BytesSent.ShouldBe(0);
        (await _store.FindAsync()).ShouldNotBeNull();
    }

    private static ModelSource BackendProbe(string text) => ModelSourceParser.Parse(text).ShouldBeOfType<SourceParseResult.Parsed>().Source;

    private FetchRequest Request(string path) => new(BackendProbe(_site.At(path)), _site.At(path));

    private Task<FetchResult> FetchAsync(FetchRequest request, StoreLimits? limits, TimeProvider time) => new ModelFetcher(
        new ModelStore(_store.Layout, time),
        [new HttpBackend(new NetworkOptions(), time), new LocalBackend(["/"])],
        new TransferEngine(new TransferOptions { PartSizeBytes = EngineUnderTest.Part, FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(5) }, time),
        limits ?? new StoreLimits()).FetchAsync(request, null, TestContext.Current.CancellationToken);

    private async Task<FetchResult.Stored> StoredAsync(FetchRequest request, TimeProvider? time = null, StoreLimits? limits = null)
    {
        var result = await FetchAsync(request, limits, time ?? TimeProvider.System);
        return result.ShouldBeOfType<FetchResult.Stored>((result as FetchResult.Failed)?.Failure.ToString());
    }

    private async Task<ModelFailure> FailedAsync(FetchRequest request, StoreLimits? limits = null) =>
        (await FetchAsync(request, limits, TimeProvider.System)).ShouldBeOfType<FetchResult.Failed>().Failure;
}
