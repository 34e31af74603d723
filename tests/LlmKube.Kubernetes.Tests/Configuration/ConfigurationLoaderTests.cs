using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Configuration;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Configuration;

/// <summary>Which configuration is found, as kubectl finds it, and what is said when there is none.</summary>
public sealed class ConfigurationLoaderTests : IDisposable
{
    private readonly KubeConfigFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Files_named_by_KUBECONFIG_are_one_and_the_first_to_say_something_wins()
    {
        var one = Config("one", "one.yaml", "https://one:6443");
        var two = Config("two", "two.yaml", "https://two:6443");
        Config("one", "again.yaml", "https://elsewhere:6443");
        _files.Set("KUBECONFIG", string.Join(Path.PathSeparator, one, _files.At("missing.yaml"), two, _files.At("again.yaml")));

        var current = await _files.LoadAsync();
        current.Server.ShouldBe(new Uri("https://one:6443"));
        current.Namespace.ShouldBe("ns-one");
        (await _files.LoadAsync(context: "two")).Server.ShouldBe(new Uri("https://two:6443"));
    }

    [Fact]
    public async Task A_named_file_wins_over_KUBECONFIG_and_that_over_the_home_folder()
    {
        Config("home", ".kube/config", "https://home:6443");
        _files.Set("HOME", _files.Folder);
        (await _files.LoadAsync()).Server.Host.ShouldBe("home");

        _files.Set("KUBECONFIG", Config("env", "env.yaml", "https://env:6443"));
        (await _files.LoadAsync()).Server.Host.ShouldBe("env");
        (await _files.LoadAsync(Config("named", "named.yaml", "https://named:6443"))).Server.Host.ShouldBe("named");
    }

    [Fact]
    public async Task What_is_missing_is_named()
    {
        (await FailAsync()).ShouldContain("llmkube up");
        (await FailAsync(_files.At("nowhere.yaml"))).ShouldContain("nowhere.yaml");
        (await FailAsync(Config("a", "a.yaml", "https://a"), "b")).ShouldContain("has no context 'b'. It has: a.");
        (await FailAsync(_files.Write("bad.yaml", "clusters: [}"))).ShouldContain("bad.yaml");
        (await FailAsync(_files.Write("none.yaml", "kind: Config"))).ShouldContain("no current context");
        (await FailAsync(_files.WriteConfig("x", "x.yaml", new JsonObject { ["server"] = "not a url" }, []))).ShouldContain("no server address");
        (await FailAsync(_files.WriteConfig("x", "x.yaml", new JsonObject { ["server"] = "https://x", ["certificate-authority"] = "gone.pem" }, []))).ShouldContain("certificate-authority");
    }

    [Fact]
    public async Task Nothing_that_is_printed_of_a_configuration_is_a_secret()
    {
        var file = _files.WriteConfig("a", "a.yaml", new JsonObject { ["server"] = "https://a" }, new JsonObject { ["token"] = "s3cret" });
        (await _files.LoadAsync(file)).ToString().ShouldNotContain("s3cret");
    }

    [Fact]
    public async Task In_a_cluster_the_service_accounts_files_are_used_and_a_rotated_token_too()
    {
        var time = new TestKit.ManualTime();
        var account = Path.GetDirectoryName(_files.Write("account/token", "first\n"))!;
        _files.Write("account/namespace", "models");
        string? Environment(string name) => name switch { "KUBERNETES_SERVICE_HOST" => "fd00::1", "KUBERNETES_SERVICE_PORT" => "443", _ => null };

        var found = InClusterConfiguration.Find(Environment, time, account).ShouldNotBeNull();
        found.Server.ShouldBe(new Uri("https://[fd00::1]:443"));
        found.Namespace.ShouldBe("models");
        (await found.Token!.GetAsync(CancellationToken.None)).ShouldBe("first");

        _files.Write("account/token", "second");
        time.Advance(TimeSpan.FromMinutes(2));
        (await found.Token.GetAsync(CancellationToken.None)).ShouldBe("second");
        File.Delete(Path.Combine(account, "token"));
        time.Advance(TimeSpan.FromMinutes(2));
        (await found.Token.GetAsync(CancellationToken.None)).ShouldBe("second", "a token that cannot be read again is still one");
    }

    [Fact]
    public void Outside_a_cluster_there_is_none() => InClusterConfiguration.Find(_ => null, TimeProvider.System, _files.Folder).ShouldBeNull();

    private string Config(string name, string file, string server) => _files.WriteConfig(name, file, new JsonObject { ["server"] = server }, []);

    private async Task<string> FailAsync(string? file = null, string? context = null) =>
        (await Should.ThrowAsync<ConfigurationException>(_files.LoadAsync(file, context))).Message;
}
