using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
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
        var backend = new HttpBackend(new NetworkOptions { DeniedNetworks = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")] }, TimeProvider.System);

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

    [Fact]
    public async Task Certificates_between_the_authority_and_the_server_are_the_server_s_to_send()
    {
        using var root = new TestAuthority();
        using var between = root.Subordinate();
        await using var secure = await TestSite.StartAsync(new ServedFile(s_bytes).AnswerAsync, between.ForThisMachine(), chain: [between.Certificate]);

        await using var session = await _backend.ConnectedAsync(secure.At("a.gguf"), BackendProbe.With(("ca.crt", root.CertificatePem)));

        (await session.ReadAsync()).ShouldBe(s_bytes);
    }

    [Fact]
    public async Task A_certificate_that_is_for_clients_is_no_server_s()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.ForThisMachine(TestAuthority.ClientAuthentication);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = GreetAsync(listener, certificate);

        var failure = await _backend.RefusedAsync($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/a.gguf", BackendProbe.With(("ca.crt", authority.CertificatePem)));

        failure.Kind.ShouldBe(FailureKind.Refused);
        await serving;
    }

    [Theory]
    [InlineData("//")]
    [InlineData("//[bad")]
    [InlineData("http://[")]
    public async Task A_redirect_to_what_is_no_address_is_a_failure(string target)
    {
        _site.Handler = context => RedirectAsync(context, target);

        (await _backend.RefusedAsync(_site.At("a.gguf"))).Kind.ShouldBe(FailureKind.Invalid);
    }

    [Theory]
    [InlineData("token", "ab\nc")]
    [InlineData("token", "geheim\u00fc")]
    [InlineData("header", "no colon")]
    [InlineData("header", "Bad Name: x")]
    [InlineData("HF_TOKEN", "a\u0007b")]
    public async Task Credentials_that_no_header_can_carry_are_said_to_be_without_being_shown(string key, string value)
    {
        var failure = await _backend.RefusedAsync(_site.At("a.gguf"), BackendProbe.With((key, value)));

        failure.Kind.ShouldBe(FailureKind.Unauthorized);
        failure.Message.ShouldContain("Correct the Secret");
        failure.Message.ShouldNotContain(value);
        _site.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_header_may_stand_in_one_entry()
    {
        await using var session = await _backend.ConnectedAsync(_site.At("a.gguf"), BackendProbe.With(("header", "X-Auth: key: 7")));

        _site.Requests.First().Headers["X-Auth"].ShouldBe("key: 7");
    }

    [Theory]
    [InlineData(403)]
    [InlineData(407)]
    public async Task A_proxy_s_password_is_in_no_message(int status)
    {
        _site.Handler = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        var backend = new HttpBackend(new NetworkOptions { Proxy = new WebProxy(new Uri($"http://user:SEKRIT@127.0.0.1:{_site.Url.Port}/")) }, TimeProvider.System);

        var failure = await backend.RefusedAsync("https://models.invalid/a.gguf");

        failure.Message.ShouldContain("proxy");
        failure.Message.ShouldNotContain("SEKRIT");
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

    /// <summary>Shakes hands once with a certificate that Kestrel would not take.</summary>
    private static async Task GreetAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var socket = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var tls = new SslStream(socket.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, TestContext.Current.CancellationToken);
            (await tls.ReadAsync(new byte[1], TestContext.Current.CancellationToken)).ShouldBe(0);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // The other side went away, as it should.
        }
    }

    private static Task RedirectAsync(HttpContext context, string target)
    {
        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.Location = target;
        return Task.CompletedTask;
    }
}
