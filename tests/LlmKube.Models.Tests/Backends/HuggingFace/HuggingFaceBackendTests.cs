using LlmKube.Models.Backends;
using LlmKube.Models.Backends.HuggingFace;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Tests.Transfer;
using LlmKube.Models.Transfer;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Backends.HuggingFace;

public sealed class HuggingFaceBackendTests : IAsyncLifetime
{
    private HubSite _hub = null!;
    private HuggingFaceBackend _backend = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await HubSite.StartAsync();
        _backend = new HuggingFaceBackend(new NetworkOptions(), new HuggingFaceOptions { Endpoint = _hub.Hub.Url }, TimeProvider.System);
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_is_pinned_to_a_commit_with_one_request(bool lfs)
    {
        var bytes = _hub.Add("Q4/model.gguf", 100_000, lfs);

        await using var session = await _backend.ConnectedAsync("hf://org/model/Q4/model.gguf");

        session.Revision.ShouldBe(HubSite.Commit);
        var file = session.Files.ShouldHaveSingleItem();
        (file.Path, file.SizeBytes, file.AcceptsRanges).ShouldBe(("model.gguf", 100_000, true));
        file.Digest!.Algorithm.ShouldBe(lfs ? DigestAlgorithm.Sha256 : DigestAlgorithm.GitBlobSha1);
        _hub.Hub.Requests.Count.ShouldBe(1);
        (await session.ReadAsync(offset: 5000, length: 100)).ShouldBe(bytes[5000..5100]);
        _hub.Hub.Requests.Last().Path.ShouldContain(HubSite.Commit);
    }

    [Fact]
    public async Task All_kinds_of_digests_are_verified_on_the_way()
    {
        _hub.Add("config.json", 700, lfs: false);
        _hub.Add("model-00001-of-00002.safetensors", 400_000, lfs: true);
        _hub.Add("model-00002-of-00002.safetensors", 300_000, lfs: true);
        _hub.Add("pytorch_model.bin", 500_000, lfs: true);
        _hub.Add(".gitattributes", 100, lfs: false);
        await using var session = await _backend.ConnectedAsync("org/model");
        session.Files.Select(file => file.Path).ShouldBe(["config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]);
        using var engine = new EngineUnderTest();

        (await new TransferEngine(engine.Options, TimeProvider.System).RunAsync(session, engine.Folder, null, null, TestContext.Current.CancellationToken)).ShouldBeOfType<TransferResult.Done>().BytesMoved.ShouldBe(700_700);

        Directory.Delete(engine.Folder, recursive: true);
        _hub.Serving = file => file with { Bytes = [.. file.Bytes[..^1], (byte)~file.Bytes[^1]] };
        (await new TransferEngine(engine.Options, TimeProvider.System).RunAsync(session, engine.Folder, null, null, TestContext.Current.CancellationToken)).ShouldBeOfType<TransferResult.Failed>().Failure.Kind.ShouldBe(FailureKind.Corrupt);
    }

    [Fact]
    public async Task A_set_of_split_files_is_found_whole_from_one_of_its_names()
    {
        _hub.Add("a-00001-of-00002.gguf", 10, lfs: true);
        _hub.Add("a-00002-of-00002.gguf", 10, lfs: true);
        _hub.Add("b.gguf", 10, lfs: true);

        await using var session = await _backend.ConnectedAsync("hf://org/model/a-00001-of-00002.gguf");

        session.Files.Select(file => file.Path).ShouldBe(["a-00001-of-00002.gguf", "a-00002-of-00002.gguf"]);
    }

    [Fact]
    public async Task A_repository_with_one_GGUF_needs_no_name()
    {
        _hub.Add("README.md", 10, lfs: false);
        _hub.Add("model-Q4.gguf", 10, lfs: true);
        _hub.Add("mmproj-f16.gguf", 10, lfs: true);

        await using var session = await _backend.ConnectedAsync("org/model");

        session.Files.Select(file => file.Path).ShouldBe(["model-Q4.gguf"]);
    }

    [Fact]
    public async Task A_repository_with_several_GGUFs_names_them()
    {
        _hub.Add("model-Q4.gguf", 10, lfs: true);
        _hub.Add("model-Q8.gguf", 10, lfs: true);

        var failure = await _backend.RefusedAsync("org/model");

        failure.Kind.ShouldBe(FailureKind.Invalid);
        failure.Message.ShouldContain("hf://org/model/model-Q4.gguf");
        failure.Message.ShouldContain("model-Q8.gguf");
    }

    [Fact]
    public async Task Patterns_choose_and_folders_are_taken_whole()
    {
        for (var i = 0; i < 8; i++)
        {
            _hub.Add($"onnx/part-{i}.bin", 10, lfs: true);
        }

        _hub.Add("other.txt", 10, lfs: false);

        await using var some = await _backend.ConnectedAsync("org/model", new ConnectOptions { Include = ["onnx/*"], Exclude = ["*-3.bin"] });
        some.Files.Count.ShouldBe(7);
        await using var folder = await _backend.ConnectedAsync("hf://org/model/onnx", new ConnectOptions { Include = ["*.bin"] });
        folder.Files.Select(file => file.Path).First().ShouldBe("part-0.bin");
        (await folder.ReadAsync("part-0.bin")).Length.ShouldBe(10);
    }

    [Fact]
    public async Task The_token_goes_to_the_Hub_and_not_to_the_host_of_the_bytes()
    {
        _hub.Token = "hf_s3cret";
        _hub.Add("model.gguf", 1000, lfs: true);

        var failure = await _backend.RefusedAsync("hf://org/model/model.gguf", BackendProbe.With(("HF_TOKEN", "wrong")));
        failure.Kind.ShouldBe(FailureKind.Unauthorized);
        failure.Message.ShouldContain("HF_TOKEN");
        failure.Message.ShouldNotContain("wrong");

        await using var session = await _backend.ConnectedAsync("hf://org/model/model.gguf", BackendProbe.With(("HF_TOKEN", "hf_s3cret\n")));
        await session.ReadAsync();
        _hub.Bytes.Requests.ShouldNotBeEmpty();
        _hub.Bytes.Requests.ShouldAllBe(asked => !asked.Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task A_gated_repository_says_where_to_accept_its_conditions()
    {
        _hub.Gated = true;
        _hub.Add("model.gguf", 1000, lfs: true);

        var failure = await _backend.RefusedAsync("hf://org/model/model.gguf");

        failure.Kind.ShouldBe(FailureKind.Forbidden);
        failure.Message.ShouldContain($"{_hub.Hub.Url}org/model");
    }

    [Theory]
    [InlineData("hf://org/model@v9/model.gguf", "no such revision")]
    [InlineData("hf://org/model/missing.gguf", "missing.gguf")]
    [InlineData("hf://org/unknown/model.gguf", "no repository org/unknown")]
    public async Task What_is_not_there_is_said_by_name(string source, string said)
    {
        _hub.Add("model.gguf", 1000, lfs: true);

        (await _backend.RefusedAsync(source)).ShouldSatisfyAllConditions(
            failure => failure.Kind.ShouldBe(FailureKind.NotFound), failure => failure.Message.ShouldContain(said));
    }

    [Fact]
    public async Task A_renamed_repository_is_followed()
    {
        _hub.Add("model.gguf", 1000, lfs: true);

        await using var session = await _backend.ConnectedAsync("hf://old/name/model.gguf");

        session.Revision.ShouldBe(HubSite.Commit);
    }

    [Fact]
    public async Task A_revision_with_a_slash_is_one_part_of_the_address()
    {
        _hub.Add("model.gguf", 1000, lfs: true);

        await using var session = await _backend.ConnectedAsync("hf://org/model@refs%2Fpr%2F1/model.gguf");

        session.Revision.ShouldBe(HubSite.Commit);
    }

    [Fact]
    public async Task A_server_that_is_no_Hub_is_said_to_be_none()
    {
        await using var plain = await TestSite.StartAsync(new ServedFile([1, 2, 3]).AnswerAsync);
        var backend = new HuggingFaceBackend(new NetworkOptions(), new HuggingFaceOptions { Endpoint = plain.Url }, TimeProvider.System);

        (await backend.RefusedAsync("hf://org/model/model.gguf")).Message.ShouldContain("no Hugging Face Hub");
        (await backend.RefusedAsync("hf://org/model")).Message.ShouldContain("HF_ENDPOINT");
    }

    [Fact]
    public async Task Too_many_requests_say_when_to_come_back()
    {
        _hub.Hub.Handler = context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers["RateLimit"] = "\"resolvers\";r=0;t=42";
            return Task.CompletedTask;
        };

        (await _backend.RefusedAsync("hf://org/model/model.gguf")).RetryAfter.ShouldBe(TimeSpan.FromSeconds(42));
    }

    [Fact]
    public async Task Offline_the_cache_of_the_Hub_s_clients_is_read_in_place()
    {
        using var cache = new HubCacheFolder();
        cache.Add("model.gguf", [1, 2, 3]);
        var backend = new HuggingFaceBackend(new NetworkOptions(), new HuggingFaceOptions { Endpoint = _hub.Hub.Url, CacheFolder = cache.Root }, TimeProvider.System);

        await using var session = await backend.ConnectedAsync("hf://org/model/model.gguf", new ConnectOptions { Offline = true });

        (await session.ReadAsync()).ShouldBe([1, 2, 3]);
        (await backend.RefusedAsync("hf://org/other", new ConnectOptions { Offline = true })).Kind.ShouldBe(FailureKind.Offline);
        _hub.Hub.Requests.ShouldBeEmpty();
    }
}
