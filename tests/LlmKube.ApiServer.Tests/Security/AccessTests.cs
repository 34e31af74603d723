using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Security;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Security;

/// <summary>Who is let in.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class AccessTests
{
    [Theory]
    [InlineData("/healthz", HttpStatusCode.OK)]
    [InlineData("/livez", HttpStatusCode.OK)]
    [InlineData("/readyz", HttpStatusCode.OK)]
    [InlineData("/version", HttpStatusCode.OK)]
    [InlineData("/api", HttpStatusCode.Unauthorized)]
    [InlineData("/apis", HttpStatusCode.Unauthorized)]
    [InlineData("/openapi/v2", HttpStatusCode.Unauthorized)]
    [InlineData("/api/v1/namespaces", HttpStatusCode.Unauthorized)]
    [InlineData("/nonsense", HttpStatusCode.Unauthorized)]
    public async Task A_stranger_sees_health_and_version_only(string path, HttpStatusCode expected)
    {
        await using var api = await ApiServerFixture.StartAsync();
        using var stranger = Client(api, null);

        using var response = await stranger.GetAsync(path);

        response.StatusCode.ShouldBe(expected);
        if (expected == HttpStatusCode.Unauthorized)
        {
            JsonNode.Parse(await response.Content.ReadAsStringAsync())!["reason"]!.ToString().ShouldBe("Unauthorized");
        }
    }

    [Fact]
    public async Task A_wrong_token_is_refused()
    {
        await using var api = await ApiServerFixture.StartAsync();
        using var client = Client(api, null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "guess");

        (await client.GetAsync("/api")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_certificate_of_the_servers_authority_names_the_user_and_one_of_another_does_not()
    {
        var data = Directory.CreateTempSubdirectory("llmkube-api-").FullName;
        await using (var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { DataDirectory = data }))
        {
            var now = TimeProvider.System.GetUtcNow();
            using var authority = X509Certificate2.CreateFromPemFile(Path.Combine(data, "pki", "ca.crt"), Path.Combine(data, "pki", "ca.key"));
            using var anna = CertificateIssuer.IssueClient(authority, "anna", "builders", now, TimeSpan.FromDays(1));
            using var foreign = CertificateIssuer.IssueAuthority(now, TimeSpan.FromDays(1));
            using var mallory = CertificateIssuer.IssueClient(foreign, "anna", "builders", now, TimeSpan.FromDays(1));
            using var expired = CertificateIssuer.IssueClient(authority, "anna", "builders", now.AddMinutes(-30), TimeSpan.FromMinutes(1));

            (await WhoAmIAsync(api, anna)).ShouldBe("anna [builders, system:authenticated]");
            (await WhoAmIAsync(api, mallory)).ShouldBe("Unauthorized");
            (await WhoAmIAsync(api, expired)).ShouldBe("Unauthorized");
        }

        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task The_kubeconfig_is_private_and_lets_its_owner_in()
    {
        await using var api = await ApiServerFixture.StartAsync();

        File.GetUnixFileMode(api.KubeConfigPath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var text = await File.ReadAllTextAsync(api.KubeConfigPath);
        text.ShouldContain(api.Url.GetLeftPart(UriPartial.Authority));
        var token = text.Split('\n').Single(line => line.Contains("token:", StringComparison.Ordinal)).Split(':')[1].Trim();
        using var client = Client(api, null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        (await client.GetAsync("/api")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Both_http_versions_are_spoken(string version)
    {
        await using var api = await ApiServerFixture.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/version") { Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var response = await api.Http.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<string> WhoAmIAsync(ApiServerFixture api, X509Certificate2 certificate)
    {
        using var client = Client(api, certificate);
        using var body = new StringContent("""{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""", MediaTypeHeaderValue.Parse("application/json"));
        using var response = await client.PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", body);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        return response.IsSuccessStatusCode
            ? $"{answer.Text("status", "userInfo", "username")} [{string.Join(", ", answer["status"]!["userInfo"]!["groups"]!.AsArray())}]"
            : answer.Text("reason")!;
    }

    private static HttpClient Client(ApiServerFixture api, X509Certificate2? certificate)
    {
        var line = File.ReadLines(api.KubeConfigPath).Single(text => text.Contains("certificate-authority-data:", StringComparison.Ordinal));
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(':')[1].Trim())));
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = trust,
                ClientCertificates = certificate is null ? null : [certificate],
                LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
            },
        };
        return new HttpClient(handler, disposeHandler: true) { BaseAddress = api.Url };
    }
}
