using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Configuration;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Yaml;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Configuration;

/// <summary>The ways to sign in, each against a server that looks.</summary>
public sealed class SignInTests : IDisposable
{
    private readonly KubeConfigFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_client_certificate_and_the_clusters_authority_are_enough()
    {
        await using var api = await ApiServerFixture.StartAsync();
        using var client = ClientFactory.Create(await _files.LoadAsync(api.KubeConfigPath), "test");
        (await client.Of<Service>().FindAsync(new ObjectKey("default", "nothing"), CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Another_authority_than_the_clusters_is_not_trusted_unless_told_so()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await using var other = await ApiServerFixture.StartAsync();
        var cluster = ClusterOf(other.KubeConfigPath);
        cluster["server"] = api.Url.ToString();
        var user = UserOf(api.KubeConfigPath);
        await Should.ThrowAsync<HttpRequestException>(ReadAsync(await _files.LoadAsync(_files.WriteConfig("a", "a.yaml", cluster, user))));

        cluster = new JsonObject { ["server"] = api.Url.ToString(), ["insecure-skip-tls-verify"] = true };
        await ReadAsync(await _files.LoadAsync(_files.WriteConfig("a", "b.yaml", cluster, UserOf(api.KubeConfigPath))));
    }

    [Fact]
    public async Task A_token_file_that_was_rotated_is_read_again_when_the_server_refuses_the_old_token()
    {
        await using var api = await ScriptedApi.StartAsync();
        _files.Write("token", "old\n");
        using var client = await ConnectAsync(api, new JsonObject { ["tokenFile"] = "token" });
        var reading = client.Of<Thing>().GetAsync(new ObjectKey("ns", "a"), CancellationToken.None);
        var first = await api.NextAsync();
        first.Header("Authorization").ShouldBe("Bearer old");
        _files.Write("token", "new");
        await first.RefuseAsync(401, "Unauthorized");

        var second = await api.NextAsync();
        second.Header("Authorization").ShouldBe("Bearer new");
        await second.AnswerAsync(Thing.Json("a", "1"));
        await reading;
    }

    [Fact]
    public async Task A_token_that_stays_refused_is_not_tried_for_ever_and_not_told()
    {
        await using var api = await ScriptedApi.StartAsync();
        using var client = await ConnectAsync(api, new JsonObject { ["token"] = "s3cret" });
        var reading = client.Of<Thing>().GetAsync(new ObjectKey("ns", "a"), CancellationToken.None);
        await (await api.NextAsync()).RefuseAsync(401, "Unauthorized");
        var refused = await Should.ThrowAsync<ApiException>(reading);
        refused.IsUnauthorized.ShouldBeTrue();
        refused.ToString().ShouldNotContain("s3cret");
        api.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_credential_plugin_is_asked_again_when_its_token_expires_or_is_refused()
    {
        var time = new ManualTime();
        var expires = time.GetUtcNow().AddMinutes(10).ToString("O");
        _files.Write(
            "plugin.sh",
            $$"""
            #!/bin/sh
            echo "$KUBERNETES_EXEC_INFO" > {{_files.At("asked")}}
            n=$(cat {{_files.At("count")}} 2>/dev/null || echo 0); n=$((n+1)); echo $n > {{_files.At("count")}}
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$1-$n'","expirationTimestamp":"{{expires}}"} }'
            """);
        await using var api = await ScriptedApi.StartAsync();
        using var client = await ConnectAsync(
            api,
            new JsonObject { ["exec"] = new JsonObject { ["apiVersion"] = "client.authentication.k8s.io/v1", ["command"] = "/bin/sh", ["args"] = new JsonArray(_files.At("plugin.sh"), "t"), ["provideClusterInfo"] = true } },
            time);
        (await TokenAsync(api, client)).ShouldBe("Bearer t-1");
        (await TokenAsync(api, client)).ShouldBe("Bearer t-1", "it is still good");
        time.Advance(TimeSpan.FromMinutes(11));
        (await TokenAsync(api, client)).ShouldBe("Bearer t-2");
        var asked = JsonNode.Parse(await File.ReadAllTextAsync(_files.At("asked"), TestContext.Current.CancellationToken))!;
        asked["spec"]!["cluster"]!["server"]!.GetValue<string>().ShouldBe(api.Url.ToString());
    }

    [Fact]
    public async Task A_credential_plugin_that_is_missing_or_fails_is_named_with_its_hint()
    {
        (await FailAsync(new JsonObject { ["command"] = "no-such-plugin", ["installHint"] = "Install it from the site's share." })).ShouldContain("Install it from the site's share.");
        _files.Write("broken.sh", "#!/bin/sh\nexit 7\n");
        (await FailAsync(new JsonObject { ["command"] = "/bin/sh", ["args"] = new JsonArray(_files.At("broken.sh")) })).ShouldContain("exit code 7");
        _files.Write("chatty.sh", "#!/bin/sh\necho hello\n");
        (await FailAsync(new JsonObject { ["command"] = "/bin/sh", ["args"] = new JsonArray(_files.At("chatty.sh")) })).ShouldContain("no ExecCredential");
    }

    [Fact]
    public async Task Requests_go_through_the_proxy_that_the_cluster_names()
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        var cluster = new JsonObject { ["server"] = "https://api.cluster.test:6443", ["proxy-url"] = $"http://{proxy.LocalEndpoint}" };
        using var client = ClientFactory.Create(await _files.LoadAsync(_files.WriteConfig("a", "a.yaml", cluster, [])), "test");
        var reading = client.Of<Thing>().FindAsync(new ObjectKey("ns", "a"), CancellationToken.None);
        using (var connection = await proxy.AcceptTcpClientAsync(TestContext.Current.CancellationToken))
        {
            using var reader = new StreamReader(connection.GetStream());
            (await reader.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("CONNECT api.cluster.test:6443 HTTP/1.1");
        }

        proxy.Stop();
        await Should.ThrowAsync<HttpRequestException>(reading);
    }

    private static async Task<string> TokenAsync(ScriptedApi api, KubernetesClient client)
    {
        var reading = client.Of<Thing>().GetAsync(new ObjectKey("ns", "a"), CancellationToken.None);
        var request = await api.NextAsync();
        var token = request.Header("Authorization");
        await request.AnswerAsync(Thing.Json("a", "1"));
        await reading;
        return token;
    }

    private static JsonObject ClusterOf(string file) => Part(file, "clusters", "cluster");

    private static JsonObject UserOf(string file) => Part(file, "users", "user");

    private static JsonObject Part(string file, string list, string field) =>
        (JsonObject)((JsonObject)YamlText.Parse(File.ReadAllText(file))!)[list]![0]![field]!.DeepClone();

    private static async Task ReadAsync(ClientConfiguration configuration)
    {
        using var client = ClientFactory.Create(configuration, "test");
        await client.Of<Service>().FindAsync(new ObjectKey("default", "nothing"), CancellationToken.None);
    }

    private async Task<KubernetesClient> ConnectAsync(ScriptedApi api, JsonObject user, TimeProvider? time = null)
    {
        var file = _files.WriteConfig("a", "a.yaml", new JsonObject { ["server"] = api.Url.ToString() }, user);
        return ClientFactory.Create(await _files.LoadAsync(file, time: time), "test", time);
    }

    private async Task<string> FailAsync(JsonObject exec)
    {
        var file = _files.WriteConfig("a", "a.yaml", new JsonObject { ["server"] = "https://a" }, new JsonObject { ["exec"] = exec });
        return (await Should.ThrowAsync<ConfigurationException>(_files.LoadAsync(file))).Message;
    }
}
