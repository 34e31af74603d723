using System.Net;
using LlmKube.Cli.Hub;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.HuggingFace;
using LlmKube.Models.Backends.Local;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;
using LlmKube.Models.Transfer;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests.Hub;

/// <summary>A mirror of a Hub, asked by our client and by Hugging Face's own.</summary>
public sealed class HubServerTests : IAsyncLifetime
{
    private static readonly byte[] s_weights = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 29))];
    private static readonly byte[] s_config = "{\"model_type\":\"llama\"}"u8.ToArray();

    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-hub-").FullName;
    private readonly List<IAsyncDisposable> _open = [];
    private ModelStore _store = null!;

    public ValueTask InitializeAsync()
    {
        _store = new ModelStore(new ModelStoreLayout(Path.Combine(_folder, "store")), TimeProvider.System);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_open))
        {
            await one.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_version_of_a_repository_is_fetched_as_from_a_Hub()
    {
        var repository = await RepositoryAsync();
        var hub = await ServeAsync(new RepositoryShelf(repository, ConnectAsync));

        foreach (var source in (string[])["hf://org/llama", "hf://org/llama@v1", "hf://org/llama@stable"])
        {
            (await FetchAsync(hub, source)).Files.Select(file => (file.Path, file.SizeBytes)).ShouldBe([("sub/model.gguf", s_weights.Length)]);
        }

        (await FetchAsync(hub, "hf://org/llama/config.json")).SizeBytes.ShouldBe(s_config.Length);
        (await RefusedAsync(hub, "hf://org/other")).Kind.ShouldBe(FailureKind.NotFound);
        (await RefusedAsync(hub, "hf://org/llama@v9")).Kind.ShouldBe(FailureKind.NotFound);
        (await RefusedAsync(hub, "hf://org/llama/none.gguf")).Kind.ShouldBe(FailureKind.NotFound);
    }

    [Fact]
    public async Task Hugging_Faces_own_client_lists_and_downloads_from_it()
    {
        var missing = await HubClientJs.InstallAsync();
        Assert.SkipWhen(missing is not null, missing ?? "");
        var hub = await ServeAsync(new RepositoryShelf(await RepositoryAsync(), ConnectAsync));

        var said = await HubClientJs.RunAsync($$"""
            const options = { repo: 'org/llama', hubUrl: '{{hub.ToString().TrimEnd('/')}}' };
            const names = [];
            for await (const file of hub.listFiles({ ...options, recursive: true })) { names.push(`${file.type} ${file.path} ${file.size}`); }
            console.log(names.join('; '));
            const info = await hub.modelInfo({ name: 'org/llama', hubUrl: options.hubUrl, revision: 'v1' });
            console.log(info.name);
            const path = await hub.downloadFileToCacheDir({ ...options, path: 'sub/model.gguf', cacheDir: '{{_folder}}/cache' });
            console.log((await import('node:fs')).readFileSync(path).length);
            console.log(await hub.fileExists({ ...options, path: 'none.txt' }));
            """);

        said.Trim().Split('\n').Where(line => !line.StartsWith("Downloading", StringComparison.Ordinal)).ShouldBe([$"directory sub 0; file config.json {s_config.Length}; file sub/model.gguf {s_weights.Length}", "org/llama", $"{s_weights.Length}", "false"]);
    }

    [Fact]
    public async Task What_the_store_has_from_a_Hub_is_served_under_its_commit_and_what_it_lacks_is_fetched_through()
    {
        await using var upstream = await HubSite.StartAsync();
        upstream.Add("model.gguf", s_weights, lfs: true);
        upstream.Add("config.json", s_config, lfs: false);
        var network = new HuggingFaceBackend(new NetworkOptions(), new HuggingFaceOptions { Endpoint = upstream.Hub.Url }, TimeProvider.System);
        var fetcher = new ModelFetcher(_store, [network], new TransferEngine(new TransferOptions(), TimeProvider.System), new StoreLimits());
        var through = await ServeAsync(new StoreShelf(_store), new UpstreamShelf(network, new ConnectOptions(), fetcher, _store));
        var closed = await ServeAsync(new StoreShelf(_store));
        (await RefusedAsync(closed, "hf://org/model")).Kind.ShouldBe(FailureKind.NotFound);

        (await FetchAsync(through, "hf://org/model")).Revision.ShouldBe(HubSite.Commit);
        (await FetchAsync(closed, "hf://org/model")).ShouldSatisfyAllConditions(model => model.Revision.ShouldBe(HubSite.Commit), model => model.Files.Count.ShouldBe(1));

        var sent = upstream.Bytes.BytesSent;
        await FetchAsync(through, "hf://org/model");
        upstream.Bytes.BytesSent.ShouldBe(sent, "the store has it");
    }

    [Fact]
    public async Task Only_who_has_a_token_reads_where_tokens_are_asked_for()
    {
        var hub = await ServeAsync(["secret-1", "secret-2"], new RepositoryShelf(await RepositoryAsync(), ConnectAsync));

        (await RefusedAsync(hub, "hf://org/llama")).Kind.ShouldBe(FailureKind.Unauthorized);
        (await FetchAsync(hub, "hf://org/llama", "secret-2")).Files.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("bytes=0-9", 206, "bytes 0-9/22", 10)]
    [InlineData("bytes=10-", 206, "bytes 10-21/22", 12)]
    [InlineData("bytes=-5", 206, "bytes 17-21/22", 5)]
    [InlineData("bytes=15-900", 206, "bytes 15-21/22", 7)]
    [InlineData("bytes=22-", 416, "bytes */22", 0)]
    [InlineData("bytes=0-1,3-4", 416, "bytes */22", 0)]
    public async Task Parts_are_answered_as_they_are_asked_for(string range, int status, string contentRange, int length)
    {
        var hub = await ServeAsync(new RepositoryShelf(await RepositoryAsync(), ConnectAsync));
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(hub, "org/llama/resolve/main/config.json"));
        message.Headers.TryAddWithoutValidation("Range", range);
        using var handler = new SocketsHttpHandler();
        using var http = new HttpClient(handler);
        using var answer = await http.SendAsync(message, TestContext.Current.CancellationToken);

        ((int)answer.StatusCode, answer.Content.Headers.ContentRange?.ToString(), (await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length).ShouldBe((status, contentRange, length));
    }

    [Fact]
    public async Task Nothing_can_be_written_and_llama_cpp_is_told_which_file_to_load()
    {
        var hub = await ServeAsync(new RepositoryShelf(await RepositoryAsync(), ConnectAsync));
        using var handler = new SocketsHttpHandler();
        using var http = new HttpClient(handler);

        using var posted = await http.PostAsync(new Uri(hub, "org/llama/resolve/main/config.json"), null, TestContext.Current.CancellationToken);
        posted.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await http.GetStringAsync(new Uri(hub, "v2/org/llama/manifests/latest"), TestContext.Current.CancellationToken)).ShouldContain("\"rfilename\":\"sub/model.gguf\"");
        using var none = await http.GetAsync(new Uri(hub, "v2/org/llama/manifests/Q8_0"), TestContext.Current.CancellationToken);
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await http.GetStringAsync(new Uri(hub, "api/models"), TestContext.Current.CancellationToken)).ShouldContain("org/llama");
    }

    [Theory]
    [InlineData("/org/model/resolve/refs%2Fpr%2F1/a/b.gguf", "Resolve { Repo = org/model, Revision = refs/pr/1, Path = a/b.gguf }")]
    [InlineData("/gpt2/resolve/main/a%20b.bin?download=true", "Resolve { Repo = gpt2, Revision = main, Path = a b.bin }")]
    [InlineData("/org/model/resolve/main/../../etc/passwd", null)]
    [InlineData("/org/model/resolve/main/%2e%2e/x", null)]
    [InlineData("/api/models/org/model", "Info { Repo = org/model, Revision = main }")]
    [InlineData("/api/models/org/model/revision/v1", "Info { Repo = org/model, Revision = v1 }")]
    [InlineData("/api/models/org/model/tree/main/sub?recursive=true", "Tree { Repo = org/model, Revision = main, Folder = sub }")]
    [InlineData("/v2/org/model/manifests/Q4_K_M", "Manifest { Repo = org/model, Tag = Q4_K_M }")]
    [InlineData("/a/b/c/resolve/main/x", null)]
    [InlineData("/", null)]
    public void What_is_asked_for_stands_in_the_path(string target, string? meaning) => HubRequest.Parse(target)?.ToString().ShouldBe(meaning);

    private async Task<IModelRepository> RepositoryAsync()
    {
        var folder = Path.Combine(_folder, "model");
        Directory.CreateDirectory(Path.Combine(folder, "sub"));
        await File.WriteAllBytesAsync(Path.Combine(folder, "config.json"), s_config);
        await File.WriteAllBytesAsync(Path.Combine(folder, "sub", "model.gguf"), s_weights);
        var repository = RepositoryPlace.Parse(Path.Combine(_folder, "repository")).Place!.Open(new NetworkOptions(), new ConnectOptions(), TimeProvider.System);
        await using var session = await ConnectAsync(new ModelSource.Local(folder), CancellationToken.None);
        await repository.PublishAsync(new VersionManifest { Name = "org--llama", Version = "v1", Files = [] }, session, null, CancellationToken.None);
        await repository.TagAsync("org--llama", "latest", "v1", CancellationToken.None);
        await repository.TagAsync("org--llama", "stable", "v1", CancellationToken.None);
        return repository;
    }

    private static async Task<IModelSession> ConnectAsync(ModelSource source, CancellationToken cancellationToken) =>
        ((ConnectResult.Connected)await new LocalBackend(["/"]).ConnectAsync(source, new ConnectOptions(), cancellationToken)).Session;

    private Task<Uri> ServeAsync(params IHubShelf[] shelves) => ServeAsync([], shelves);

    private async Task<Uri> ServeAsync(string[] tokens, params IHubShelf[] shelves)
    {
        _open.AddRange(shelves.OfType<IAsyncDisposable>());
        var server = await HubServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), shelves, tokens, _ => { }, CancellationToken.None);
        _open.Add(server);
        return server.Url;
    }

    /// <summary>Fetches with our own client into a store of its own, verified.</summary>
    private async Task<StoredModel> FetchAsync(Uri hub, string source, string? token = null)
    {
        var result = await TryFetchAsync(hub, source, token);
        return result.ShouldBeOfType<FetchResult.Stored>((result as FetchResult.Failed)?.Failure.Message).Model;
    }

    private async Task<ModelFailure> RefusedAsync(Uri hub, string source) => (await TryFetchAsync(hub, source, null)).ShouldBeOfType<FetchResult.Failed>().Failure;

    private Task<FetchResult> TryFetchAsync(Uri hub, string source, string? token)
    {
        var store = new ModelStore(new ModelStoreLayout(Path.Combine(_folder, Guid.NewGuid().ToString("N"))), TimeProvider.System);
        var backend = new HuggingFaceBackend(new NetworkOptions(), new HuggingFaceOptions { Endpoint = hub }, TimeProvider.System);
        var fetcher = new ModelFetcher(store, [backend], new TransferEngine(new TransferOptions(), TimeProvider.System), new StoreLimits());
        var parsed = (SourceParseResult.Parsed)ModelSourceParser.Parse(source);
        var credentials = token is null ? new Dictionary<string, string>(StringComparer.Ordinal) : new(StringComparer.Ordinal) { ["HF_TOKEN"] = token };
        return fetcher.FetchAsync(new FetchRequest(parsed.Source, source) { Connect = new ConnectOptions { Credentials = credentials } }, null, CancellationToken.None);
    }
}
