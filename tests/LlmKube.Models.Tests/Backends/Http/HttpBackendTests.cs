using System.Net;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Http;
using LlmKube.Models.Backends.Network;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Backends.Http;

public sealed class HttpBackendTests : IAsyncLifetime
{
    private static readonly byte[] s_bytes = Transfer.ScriptedPlace.Bytes(300_000);

    private readonly HttpBackend _backend = new(new NetworkOptions { AnswerTimeout = TimeSpan.FromSeconds(30) }, TimeProvider.System);
    private TestSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await TestSite.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_good_server_is_asked_once_before_the_bytes()
    {
        _site.Handler = new ServedFile(s_bytes).AnswerAsync;

        await using var session = await _backend.ConnectedAsync(_site.At("models/llama.gguf?signature=abc"));

        session.Files.ShouldBe([new RemoteFile("llama.gguf") { SizeBytes = s_bytes.Length, AcceptsRanges = true, Validator = "\"v1\"" }]);
        session.Revision.ShouldBe("v1 300000");
        _site.Requests.ShouldHaveSingleItem().Method.ShouldBe("HEAD");
        (await session.ReadAsync()).ShouldBe(s_bytes);
        (await session.ReadAsync(offset: 1000, length: 500)).ShouldBe(s_bytes[1000..1500]);
        _site.Requests.Last().Headers["If-Range"].ShouldBe("\"v1\"");
        _site.Requests.ShouldAllBe(asked => asked.Headers["Accept-Encoding"] == "identity");
    }

    [Fact]
    public async Task A_server_without_HEAD_is_asked_for_the_first_byte()
    {
        _site.Handler = new ServedFile(s_bytes) { Head = false }.AnswerAsync;

        await using var session = await _backend.ConnectedAsync(_site.At("llama.gguf"));

        (session.Files[0].SizeBytes, session.Files[0].AcceptsRanges).ShouldBe((s_bytes.Length, true));
    }

    [Fact]
    public async Task A_server_without_ranges_and_length_is_known_as_such()
    {
        _site.Handler = new ServedFile(s_bytes) { Ranges = false, Length = false }.AnswerAsync;

        await using var session = await _backend.ConnectedAsync(_site.At("llama.gguf"));

        (session.Files[0].SizeBytes, session.Files[0].AcceptsRanges).ShouldBe((null, false));
        (await session.ReadAsync()).ShouldBe(s_bytes);
        (await session.OpenAsync(offset: 1000)).ShouldBeOfType<OpenResult.Opened>().Offset.ShouldBe(0);
    }

    [Fact]
    public async Task An_empty_file_is_a_file()
    {
        _site.Handler = new ServedFile([]).AnswerAsync;

        await using var session = await _backend.ConnectedAsync(_site.At("empty.json"));

        session.Files[0].SizeBytes.ShouldBe(0);
    }

    [Theory]
    [InlineData("attachment; filename=\"other.gguf\"", "other.gguf")]
    [InlineData("attachment; filename=\"../../evil\"", "path.gguf")]
    [InlineData("attachment; filename*=UTF-8''na%C3%AFve.gguf", "naïve.gguf")]
    public async Task The_name_is_the_server_s_where_it_is_one(string disposition, string name)
    {
        _site.Handler = context =>
        {
            context.Response.Headers.ContentDisposition = disposition;
            return new ServedFile(s_bytes).AnswerAsync(context);
        };

        await using var session = await _backend.ConnectedAsync(_site.At("path.gguf"));

        session.Files[0].Path.ShouldBe(name);
    }

    [Theory]
    [InlineData("Repr-Digest", "sha-256=:qvTGHdzF6KLavt4PO0gs2a6pQ00Ki2WI8Y0lmJUxdoY=:")]
    [InlineData("Digest", "sha-512=xx,sha-256=qvTGHdzF6KLavt4PO0gs2a6pQ00Ki2WI8Y0lmJUxdoY=")]
    [InlineData("X-Checksum-Sha256", "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d0a8b6588f18d259895317686")]
    public async Task A_digest_that_the_server_gives_is_used(string header, string value)
    {
        _site.Handler = context =>
        {
            context.Response.Headers[header] = value;
            return new ServedFile(s_bytes).AnswerAsync(context);
        };

        await using var session = await _backend.ConnectedAsync(_site.At("a.gguf"));

        session.Files[0].Digest.ShouldBe(ContentDigest.Sha256("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d0a8b6588f18d259895317686"));
    }

    [Theory]
    [InlineData(401, FailureKind.Unauthorized)]
    [InlineData(403, FailureKind.Forbidden)]
    [InlineData(404, FailureKind.NotFound)]
    [InlineData(410, FailureKind.NotFound)]
    [InlineData(418, FailureKind.Invalid)]
    [InlineData(429, FailureKind.Throttled)]
    [InlineData(500, FailureKind.Unavailable)]
    [InlineData(503, FailureKind.Unavailable)]
    public async Task A_status_is_a_kind_of_failure_with_the_address_and_no_secret(int status, FailureKind kind)
    {
        _site.Handler = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "17";
            return Task.CompletedTask;
        };

        var failure = await _backend.RefusedAsync(_site.At("a.gguf?token=s3cret"), BackendProbe.With(("token", "s3cret")));

        failure.Kind.ShouldBe(kind);
        failure.Message.ShouldContain($"{_site.At("a.gguf")} answered {status}");
        failure.Message.ShouldNotContain("s3cret");
        failure.RetryAfter.ShouldBe(status is 429 or >= 500 ? TimeSpan.FromSeconds(17) : null);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_an_IOException()
    {
        _site.Handler = new ServedFile(s_bytes) { CutAfter = 100_000 }.AnswerAsync;
        await using var session = await _backend.ConnectedAsync(_site.At("a.gguf"));

        await Should.ThrowAsync<IOException>(() => session.ReadAsync());
    }

    [Fact]
    public async Task A_range_that_begins_elsewhere_says_so()
    {
        _site.Handler = new ServedFile(s_bytes).AnswerAsync;
        await using var session = await _backend.ConnectedAsync(_site.At("a.gguf"));
        _site.Handler = new ServedFile(s_bytes) { RangeShift = 7 }.AnswerAsync;

        (await session.OpenAsync(offset: 1000, length: 10)).ShouldBeOfType<OpenResult.Opened>().Offset.ShouldBe(1007);
    }

    [Fact]
    public async Task A_compressed_answer_is_refused()
    {
        await using var session = await ConnectedAsync();
        _site.Handler = context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return new ServedFile(s_bytes).AnswerAsync(context);
        };

        (await session.FailToOpenAsync()).Message.ShouldContain("Content-Encoding gzip");
    }

    [Fact]
    public async Task A_file_that_changed_is_answered_whole_with_its_new_validator()
    {
        await using var session = await ConnectedAsync();
        _site.Handler = new ServedFile(s_bytes) { ETag = "\"v2\"" }.AnswerAsync;

        var opened = (await session.OpenAsync(offset: 1000)).ShouldBeOfType<OpenResult.Opened>();

        (opened.Offset, opened.Validator).ShouldBe((0, "\"v2\""));
    }

    [Fact]
    public async Task A_file_that_became_shorter_has_changed()
    {
        await using var session = await ConnectedAsync();
        _site.Handler = new ServedFile(s_bytes[..500]) { }.AnswerAsync;

        (await session.FailToOpenAsync(offset: 1000)).Kind.ShouldBe(FailureKind.Changed);
    }

    [Fact]
    public async Task Nothing_listens_and_no_name_are_said_apart()
    {
        var gone = await TestSite.StartAsync();
        await gone.DisposeAsync();

        (await _backend.RefusedAsync(gone.At("a.gguf"))).Message.ShouldContain("could not be reached");
        (await _backend.RefusedAsync("http://no-such-host.invalid/a.gguf")).ShouldSatisfyAllConditions(
            failure => failure.Kind.ShouldBe(FailureKind.Unavailable), failure => failure.Message.ShouldContain("no-such-host.invalid"));
    }

    [Fact]
    public async Task Offline_opens_no_connection()
    {
        (await _backend.RefusedAsync(_site.At("a.gguf"), new ConnectOptions { Offline = true })).Kind.ShouldBe(FailureKind.Offline);

        _site.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_proxy_is_used_and_told_the_whole_address()
    {
        _site.Handler = new ServedFile(s_bytes).AnswerAsync;
        var backend = new HttpBackend(new NetworkOptions { Proxy = new WebProxy(_site.Url) }, TimeProvider.System);

        await using var session = await backend.ConnectedAsync("http://models.invalid/a.gguf");

        _site.Requests.First().Headers["Host"].ShouldBe("models.invalid");
    }

    [Fact]
    public async Task A_host_that_needs_no_proxy_is_reached_without()
    {
        _site.Handler = new ServedFile(s_bytes).AnswerAsync;
        var backend = new HttpBackend(new NetworkOptions { Proxy = new WebProxy("http://127.0.0.1:1", BypassOnLocal: false, BypassList: ["127\\.0\\.0\\.1"]) }, TimeProvider.System);

        await using var session = await backend.ConnectedAsync(_site.At("a.gguf"));

        _site.Requests.ShouldNotBeEmpty();
    }

    private Task<IModelSession> ConnectedAsync()
    {
        _site.Handler = new ServedFile(s_bytes).AnswerAsync;
        return _backend.ConnectedAsync(_site.At("a.gguf"));
    }
}
