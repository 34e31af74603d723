using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Http;
using LlmKube.Models.Backends.Network;
using LlmKube.TestKit.Sites;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Backends.Http;

/// <summary>Who is trusted with what: credentials, redirects, certificates, denied addresses.</summary>
public sealed class HttpTrustTests : IAsyncLifetime
{
    private static readonly byte[] s_bytes = Transfer.ScriptedPlace.Bytes(1000);

    private readonly HttpBackend _backend = new(new NetworkOptions(), TimeProvider.System);
    private TestSite _site = null!;
    private TestSite _other = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await TestSite.StartAsync(new ServedFile(s_bytes).AnswerAsync);
        _other = await TestSite.StartAsync(new ServedFile(s_bytes) { ETag = null }.AnswerAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task Basic_credentials_come_from_the_Secret()
    {
        await using var session = await _backend.ConnectedAsync(_site.At("a.gguf"), BackendProbe.With(("username", "ann\n"), ("password", "p:ss\n")));

        _site.Requests.First().Headers["Authorization"].ShouldBe("Basic YW5uOnA6c3M=");
    }

    [Fact]
    public async Task Basic_credentials_come_from_the_address_and_are_not_shown()
    {
        var url = $"http://ann:s3cret@127.0.0.1:{_site.Url.Port}/a.gguf";
        await using var session = await _backend.ConnectedAsync(url);

        _site.Requests.First().Headers["Authorization"].ShouldBe("Basic YW5uOnMzY3JldA==");
        _site.Handler = _ => throw new InvalidOperationException();
        (await _backend.RefusedAsync(url)).Message.ShouldNotContain("s3cret");
    }

    [Fact]
    public async Task A_bearer_token_comes_from_the_Secret()
    {
        await using var session = await _backend.ConnectedAsync(_site.At("a.gguf"), BackendProbe.With(("token", "abc")));

        _site.Requests.First().Headers["Authorization"].ShouldBe("Bearer abc");
    }

    [Fact]
    public async Task A_header_of_one_s_own_comes_from_the_Secret()
    {
        await using var session = await _backend.ConnectedAsync(_site.At("a.gguf"), BackendProbe.With(("headerName", "X-JFrog-Art-Api"), ("headerValue", "key")));

        _site.Requests.First().Headers["X-JFrog-Art-Api"].ShouldBe("key");
    }

    [Theory]
    [InlineData("token", "abc")]
    [InlineData("username", "ann")]
    public async Task Another_host_gets_no_credentials(string key, string value)
    {
        _site.Handler = context => RedirectAsync(context, _other.At("blob?X-Signature=1"));

        await using var session = await _backend.ConnectedAsync(_site.At("a.gguf"), BackendProbe.With((key, value)));
        (await session.ReadAsync(offset: 10, length: 20)).ShouldBe(s_bytes[10..30]);

        _site.Requests.ShouldAllBe(asked => asked.Headers.ContainsKey("Authorization"));
        _other.Requests.ShouldNotBeEmpty();
        _other.Requests.ShouldAllBe(asked => !asked.Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task The_same_host_gets_them_after_a_redirect_and_the_range_is_kept()
    {
        var file = new ServedFile(s_bytes);
        _site.Handler = context => context.Request.Path == "/a.gguf" ? RedirectAsync(context, "/moved/a.gguf") : file.AnswerAsync(context);

        await using var session = await _backend.ConnectedAsync(_site.At("a.gguf"), BackendProbe.With(("token", "abc")));
        (await session.ReadAsync(offset: 10, length: 20)).ShouldBe(s_bytes[10..30]);

        _site.Requests.Where(asked => asked.Path.StartsWith("/moved", StringComparison.Ordinal)).ShouldAllBe(asked => asked.Headers["Authorization"] == "Bearer abc");
    }

    [Fact]
    public async Task A_signed_address_is_used_again_until_it_expires()
    {
        var valid = "1";
        _site.Handler = context => RedirectAsync(context, _other.At($"blob?X-Signature={valid}"));
        var file = new ServedFile(s_bytes) { ETag = null };
        _other.Handler = context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return context.Request.Query["X-Signature"] == valid ? (context.Response.StatusCode = 200) > 0 ? file.AnswerAsync(context) : Task.CompletedTask : Task.CompletedTask;
        };
        await using var session = await _backend.ConnectedAsync(_site.At("a.gguf"));
        await session.ReadAsync(length: 1);
        var asked = _site.Requests.Count;

        await session.ReadAsync(offset: 1, length: 1);
        _site.Requests.Count.ShouldBe(asked);
        valid = "2";
        (await session.ReadAsync(offset: 2, length: 1)).ShouldBe(s_bytes[2..3]);

        _site.Requests.Count.ShouldBe(asked + 1);
    }

    [Fact]
    public async Task A_redirect_in_circles_ends()
    {
        _site.Handler = context => RedirectAsync(context, context.Request.Path == "/a" ? "/b" : "/a");

        var failure = await _backend.RefusedAsync(_site.At("a"));

        failure.Kind.ShouldBe(FailureKind.Invalid);
        failure.Message.ShouldContain("circles");
        _site.Requests.Count.ShouldBeLessThan(20);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[::ffff:169.254.169.254]/latest")]
    [InlineData("http://[fe80::1]/")]
    public async Task A_redirect_to_a_denied_address_is_not_followed(string target)
    {
        _site.Handler = context => RedirectAsync(context, target);
        var backend = new HttpBackend(new NetworkOptions { DeniedNetworks = NetworkOptions.LinkLocal }, TimeProvider.System);

        var failure = await backend.RefusedAsync(_site.At("a.gguf"));

        failure.Kind.ShouldBe(FailureKind.Refused);
        failure.Message.ShouldContain("opens no connection");
    }

    [Fact]
    public async Task A_name_that_leads_to_a_denied_address_is_refused()
    {
        var backend = new HttpBackend(new NetworkOptions { DeniedNetworks = [System.Net.IPNetwork.Parse("127.0.0.0/8"), System.Net.IPNetwork.Parse("::1/128")] }, TimeProvider.System);

        (await backend.RefusedAsync($"http://localhost:{_site.Url.Port}/a.gguf")).Kind.ShouldBe(FailureKind.Refused);

        _site.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_private_authority_is_trusted_when_the_Secret_names_it()
    {
        using var authority = new TestAuthority();
        await using var secure = await TestSite.StartAsync(new ServedFile(s_bytes).AnswerAsync, authority.ForThisMachine());

        var failure = await _backend.RefusedAsync(secure.At("a.gguf"));
        (failure.Kind, failure.Message).ShouldSatisfyAllConditions(
            one => one.Kind.ShouldBe(FailureKind.Refused), one => one.Message.ShouldContain("ca.crt"));

        await using var session = await _backend.ConnectedAsync(secure.At("a.gguf"), BackendProbe.With(("ca.crt", authority.CertificatePem)));
        (await session.ReadAsync()).ShouldBe(s_bytes);
    }

    [Fact]
    public async Task Another_authority_is_not_trusted()
    {
        using var authority = new TestAuthority();
        using var stranger = new TestAuthority();
        await using var secure = await TestSite.StartAsync(new ServedFile(s_bytes).AnswerAsync, authority.ForThisMachine());

        (await _backend.RefusedAsync(secure.At("a.gguf"), BackendProbe.With(("ca.crt", stranger.CertificatePem)))).Kind.ShouldBe(FailureKind.Refused);
    }

    [Fact]
    public async Task A_client_certificate_is_shown()
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.ForClient("ann");
        string? seen = null;
        await using var secure = await TestSite.StartAsync(
            context =>
            {
                seen = context.Connection.ClientCertificate?.Subject;
                return new ServedFile(s_bytes).AnswerAsync(context);
            },
            authority.ForThisMachine(),
            wantsClientCertificate: true);

        await using var session = await _backend.ConnectedAsync(
            secure.At("a.gguf"), BackendProbe.With(("ca.crt", authority.CertificatePem), ("tls.crt", certificate), ("tls.key", key)));

        seen.ShouldBe("CN=ann");
    }

    [Theory]
    [InlineData("ca.crt", "nonsense")]
    [InlineData("tls.crt", "nonsense")]
    public async Task Certificates_that_are_none_are_said_to_be(string key, string value) =>
        (await _backend.RefusedAsync(_site.At("a.gguf"), BackendProbe.With((key, value)))).Message.ShouldContain("Correct the Secret");

    [Fact]
    public async Task A_redirect_from_https_to_http_is_not_followed()
    {
        using var authority = new TestAuthority();
        await using var secure = await TestSite.StartAsync(context => RedirectAsync(context, _site.At("a.gguf")), authority.ForThisMachine());

        (await _backend.RefusedAsync(secure.At("a.gguf"), BackendProbe.With(("ca.crt", authority.CertificatePem)))).Message.ShouldContain("not encrypted");

        _site.Requests.ShouldBeEmpty();
    }

    private static Task RedirectAsync(HttpContext context, string target)
    {
        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.Location = target;
        return Task.CompletedTask;
    }
}
