using System.Text;
using System.Text.Json;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Backends.Oci;
using LlmKube.Models.Oci;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;
using LlmKube.Models.Transfer;
using LlmKube.TestKit.Sites;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;
using static LlmKube.Models.Tests.Store.StoreUnderTest;

namespace LlmKube.Models.Tests.Backends.Oci;

/// <summary>Registries that fail in the ways that registries fail: a clear sentence, or a model that is whole.</summary>
public sealed class RegistryFaultTests : IAsyncLifetime
{
    private static readonly byte[] s_weights = Bytes(1, 400_000);

    private readonly Store.StoreUnderTest _store = new();
    private readonly byte[] _manifest;
    private TestSite _site = null!;
    private int _tokens;
    private int _requests;

    public RegistryFaultTests()
    {
        var config = new OciDescriptor { MediaType = "application/vnd.oci.empty.v1+json", Digest = OciDigest.Of("{}"u8), Size = 2 };
        var layer = new OciDescriptor
        {
            MediaType = "application/octet-stream", Digest = OciDigest.Of(s_weights), Size = s_weights.Length,
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [OciAnnotations.Title] = "llama.gguf" },
        };
        _manifest = JsonSerializer.SerializeToUtf8Bytes(new OciManifest { MediaType = OciMediaTypes.Manifest, Config = config, Layers = [layer] }, OciJson.Default.OciManifest);
    }

    public async ValueTask InitializeAsync() => _site = await TestSite.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        _store.Dispose();
    }

    [Fact]
    public async Task Tokens_that_end_on_the_way_are_renewed()
    {
        // The first token is good for one request, and never again.
        _site.Handler = context => WithTokensAsync(context, () => _tokens > 1 || Interlocked.Increment(ref _requests) == 1, ServeAsync);

        await StoredAsync();

        _tokens.ShouldBe(2);
    }

    [Fact]
    public async Task A_registry_that_takes_no_token_of_its_own_is_not_asked_for_ever()
    {
        _site.Handler = context => WithTokensAsync(context, () => false, ServeAsync);

        (await FailedAsync()).ShouldSatisfyAllConditions(failure => failure.Kind.ShouldBe(FailureKind.Unauthorized), failure => failure.Message.ShouldContain("401"));

        _site.Requests.Count.ShouldBeLessThan(10);
    }

    [Fact]
    public async Task A_token_server_without_a_token_is_said()
    {
        _site.Handler = context => context.Request.Path == "/token" ? context.Response.WriteAsync("{}") : WithTokensAsync(context, () => false, ServeAsync);

        (await FailedAsync()).Message.ShouldContain("without a token");
    }

    [Fact]
    public async Task A_blob_that_is_cut_off_is_taken_up_where_it_broke()
    {
        var cuts = 0;
        _site.Handler = context => ServeAsync(context, blob => cuts++ < 3 ? blob with { CutAfter = 70_000 } : blob);

        await StoredAsync();

        _site.BytesSent.ShouldBeLessThan(s_weights.Length * 2);
    }

    [Fact]
    public async Task A_slow_registry_is_waited_for()
    {
        _site.Handler = context => ServeAsync(context, blob => blob with { Pause = TimeSpan.FromMilliseconds(30) });

        await StoredAsync();
    }

    [Fact]
    public async Task A_registry_without_ranges_sends_whole_blobs()
    {
        _site.Handler = context => ServeAsync(context, blob => blob with { Ranges = false });

        await StoredAsync();
    }

    [Fact]
    public async Task Bytes_that_are_not_those_of_the_digest_are_never_stored()
    {
        var wrong = s_weights.ToArray();
        wrong[300_000] ^= 1;
        _site.Handler = context => ServeAsync(context, blob => blob with { Bytes = wrong });

        (await FailedAsync()).ShouldSatisfyAllConditions(failure => failure.Kind.ShouldBe(FailureKind.Corrupt), failure => failure.Message.ShouldContain("llama.gguf"));
    }

    [Fact]
    public async Task A_layer_that_is_missing_is_named()
    {
        _site.Handler = context => context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal) ? StatusAsync(context, 404) : ServeAsync(context);

        (await FailedAsync()).ShouldSatisfyAllConditions(failure => failure.Kind.ShouldBe(FailureKind.NotFound), failure => failure.Message.ShouldContain("/blobs/"));
    }

    [Fact]
    public async Task A_manifest_that_is_not_the_one_of_the_digest_is_refused()
    {
        _site.Handler = context => ServeAsync(context);

        (await FailedAsync($"@sha256:{new string('a', 64)}")).Kind.ShouldBe(FailureKind.Corrupt);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{\"schemaVersion\":2}")]
    [InlineData("{\"schemaVersion\":2,\"config\":{\"mediaType\":\"x\",\"digest\":\"sha256:short\",\"size\":1},\"layers\":[{\"mediaType\":\"x\",\"digest\":\"md5:1\",\"size\":1,\"annotations\":{\"org.opencontainers.image.title\":\"a.gguf\"}}]}")]
    [InlineData("{\"schemaVersion\":2,\"config\":{\"mediaType\":\"x\",\"digest\":\"d\",\"size\":1},\"layers\":[{\"mediaType\":\"x\",\"digest\":\"d\",\"size\":1,\"annotations\":{\"org.opencontainers.image.title\":\"../../x\"}}]}")]
    public async Task A_manifest_that_is_none_is_said(string manifest)
    {
        _site.Handler = context =>
        {
            context.Response.ContentType = OciMediaTypes.Manifest;
            return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(manifest)).AsTask();
        };

        (await FailedAsync()).Kind.ShouldBe(FailureKind.Invalid);
    }

    private static Task StatusAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private Task ServeAsync(HttpContext context) => ServeAsync(context, blob => blob);

    private Task ServeAsync(HttpContext context, Func<ServedFile, ServedFile> change)
    {
        if (context.Request.Path.Value!.Contains("/manifests/", StringComparison.Ordinal))
        {
            context.Response.ContentType = OciMediaTypes.Manifest;
            return context.Response.Body.WriteAsync(_manifest).AsTask();
        }

        return context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal) ? change(new ServedFile(s_weights) { ETag = null }).AnswerAsync(context) : StatusAsync(context, 404);
    }

    /// <summary>Asks for a token that a server beside it gives; a token is good while the test says so.</summary>
    private Task WithTokensAsync(HttpContext context, Func<bool> isGood, Func<HttpContext, Task> serve)
    {
        if (context.Request.Path == "/token")
        {
            Interlocked.Increment(ref _tokens);
            return context.Response.WriteAsync("{\"token\":\"abc\"}");
        }

        if (context.Request.Headers.Authorization == "Bearer abc" && isGood())
        {
            return serve(context);
        }

        context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"{_site.At("token")}\",service=\"tests\",scope=\"repository:models/llama:pull\"";
        return StatusAsync(context, 401);
    }

    private async Task StoredAsync()
    {
        var result = await FetchAsync(":1");
        var model = result.ShouldBeOfType<FetchResult.Stored>((result as FetchResult.Failed)?.Failure.Message).Model;
        (await File.ReadAllBytesAsync(_store.Layout.ModelFile(model.Key, "llama.gguf")!)).AsSpan().SequenceEqual(s_weights).ShouldBeTrue();
    }

    private async Task<ModelFailure> FailedAsync(string reference = ":1")
    {
        var failure = (await FetchAsync(reference)).ShouldBeOfType<FetchResult.Failed>().Failure;
        Directory.GetFiles(_store.Layout.Root, "llama.gguf", SearchOption.AllDirectories).ShouldBeEmpty("nothing half is ever published");
        return failure;
    }

    private Task<FetchResult> FetchAsync(string reference)
    {
        var image = $"{_site.Url.Authority}/models/llama{reference}";
        var engine = new TransferEngine(new TransferOptions { FirstPause = TimeSpan.FromMilliseconds(10), LongestPause = TimeSpan.FromMilliseconds(50) }, TimeProvider.System);
        return new ModelFetcher(_store.Store, [new OciBackend(new NetworkOptions(), TimeProvider.System)], engine, new StoreLimits())
            .FetchAsync(new FetchRequest(new ModelSource.Oci(image), $"oci://{image}"), null, CancellationToken.None);
    }
}
