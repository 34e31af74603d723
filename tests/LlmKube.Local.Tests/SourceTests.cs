using System.Text;
using LlmKube.Models.Backends.HuggingFace;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Sources;
using LlmKube.Models.TinyModels;
using LlmKube.Resources.V1Alpha1;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.Local.Tests;

/// <summary>Models from every kind of place, with the manifests of the documentation, and what becomes of them.</summary>
public sealed class SourceTests : IAsyncLifetime
{
    private const string Service = "apiVersion: inference.llmkube.dev/v1alpha1\nkind: InferenceService\nmetadata: { name: demo }\nspec: { modelRef: demo }\n";

    private readonly byte[] _model = TinyModelBytes();
    private LocalUnderTest _local = null!;
    private TestSite _site = null!;
    private HubSite _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await TestSite.StartAsync(new ServedFile(_model).AnswerAsync);
        _hub = await HubSite.StartAsync();
        _local = await LocalUnderTest.StartAsync(options => options with { Hub = new HuggingFaceOptions { Endpoint = _hub.Hub.Url }, Network = new NetworkOptions() });
    }

    public async ValueTask DisposeAsync()
    {
        await _local.DisposeAsync();
        await _site.DisposeAsync();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task A_path_is_served_in_place()
    {
        await DeployAsync($"{{ type: local, path: {_local.Home}/tiny.gguf }}");

        var service = await _local.ReadyAsync();

        service.Status!.Fetch.ShouldBeNull();
        (await _local.AskAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_claim_is_a_folder_and_served_in_place()
    {
        await _local.ApplyAsync(Sample("source-pvc.yaml"));
        await _local.UntilAsync(() => Task.FromResult(Directory.Exists(Path.Combine(_local.Home, "volumes", "default", "model-storage")) ? "made" : null));

        var folder = Directory.CreateDirectory(Path.Combine(_local.Home, "volumes", "default", "model-storage", "models"));
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "llama-3.1-8b.gguf"), _model, TestContext.Current.CancellationToken);

        await _local.ReadyAsync();
        (await _local.AskAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_private_web_server_is_asked_with_its_Secret_once()
    {
        var file = new ServedFile(_model);
        _site.Handler = context =>
        {
            if (context.Request.Headers.Authorization == $"Basic {Convert.ToBase64String("ann:right"u8)}")
            {
                return file.AnswerAsync(context);
            }

            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        };
        var sample = Sample("source-http.yaml").Replace("http://model-server.internal/", _site.Url.AbsoluteUri, StringComparison.Ordinal);
        await _local.ApplyAsync(sample);
        var blocked = await _local.ServiceAsync(status => status.Conditions!.Any(condition => condition is { Type: "Stalled", Status: "True" }));
        blocked.Status!.Conditions!.Single(condition => condition.Type == "Ready").Message!.ShouldContain("401");

        await _local.ApplyAsync(Secret("http-credentials", ("username", "ann"), ("password", "right")));
        await _local.ReadyAsync();
        _site.BytesSent.ShouldBeGreaterThan(0);
        var sent = _site.BytesSent;

        await _local.DeleteAsync();
        var asked = _site.Requests.Count;
        await _local.ApplyAsync(sample);
        await _local.ReadyAsync();

        (_site.BytesSent, _site.Requests.Count).ShouldBe((sent, asked));
    }

    [Fact]
    public async Task An_object_store_is_asked_with_its_Secret()
    {
        var (server, missing) = await S3Server.StartAsync("llm-models");
        Assert.SkipWhen(server is null, missing ?? "");
        await using var _ = server;
        await server.PutAsync("llm-models", "llama-3.1-8b.gguf", _model);

        await _local.ApplyAsync(Sample("source-s3.yaml").Replace("http://minio.internal:9000", server.Url.AbsoluteUri.TrimEnd('/'), StringComparison.Ordinal).Replace("change-me", S3Server.AccessKey, StringComparison.Ordinal));

        await _local.ReadyAsync();
        (await _local.AskAsync()).ShouldNotBeNull();
        (await ModelAsync()).Status!.Gguf!.Architecture.ShouldBe("llama");
    }

    [Fact]
    public async Task A_registry_is_asked_with_its_Secret()
    {
        var (server, missing) = await RegistryServer.StartAsync(Checkout.Root);
        Assert.SkipWhen(server is null, missing ?? "");
        await using var _ = server;
        await server!.PushModelAsync("models/llama-3.1-8b:1", "llama.gguf", _model);
        var sample = Sample("source-oci.yaml").Replace("registry.internal", server.Host, StringComparison.Ordinal);

        await _local.ApplyAsync(sample);
        var blocked = await _local.ServiceAsync(status => status.Conditions!.Any(condition => condition is { Type: "Stalled", Status: "True" }));
        blocked.Status!.Conditions!.Single(condition => condition.Type == "Ready").Message!.ShouldContain("401");
        await _local.ApplyAsync(Secret("registry-credentials", ("username", RegistryServer.User), ("password", RegistryServer.Password)));

        await _local.ReadyAsync();
        (await _local.AskAsync()).ShouldNotBeNull();
        (await ModelAsync()).Status!.ShouldSatisfyAllConditions(status => status.ResolvedRevision!.ShouldStartWith("sha256:"), status => status.Gguf!.Architecture.ShouldBe("llama"));
    }

    [Fact]
    public async Task A_Hub_is_asked_with_its_token_and_pinned_to_a_commit()
    {
        _hub.Token = "change-me";
        _hub.Add("tiny.gguf", _model, lfs: true);

        await _local.ApplyAsync(Sample("source-huggingface.yaml"));

        await _local.ReadyAsync();
        (await ModelAsync()).Status!.ResolvedRevision.ShouldBe(HubSite.Commit);
    }

    [Fact]
    public async Task What_comes_is_not_what_was_asked_for_and_is_not_served()
    {
        await _local.ApplyAsync($"apiVersion: inference.llmkube.dev/v1alpha1\nkind: Model\nmetadata: {{ name: demo }}\nspec: {{ source: \"{_site.At("a.gguf")}\", sha256: {new string('0', 64)} }}\n---\n{Service}");

        var service = await _local.ServiceAsync(status => status.Conditions!.Any(condition => condition is { Type: "Stalled", Status: "True" } or { Type: "Reconciling", Status: "True", Reason: "Creating", Message: { } } && condition.Message!.Contains("SHA-256", StringComparison.Ordinal)));

        service.Status!.ReadyReplicas.ShouldBe(0);
        Directory.EnumerateFiles(Path.Combine(_local.Home, "models"), "*.gguf", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_nothing_serves_makes_way_when_the_store_is_full()
    {
        await using var small = await LocalUnderTest.StartAsync(options => options with { Network = new NetworkOptions(), StoreLimitBytes = _model.Length * 3 / 2 });
        var other = (byte[])_model.Clone();
        other[^1] ^= 1;
        _site.Handler = context => new ServedFile(context.Request.Path == "/b.gguf" ? other : _model) { ETag = $"\"{context.Request.Path}\"" }.AnswerAsync(context);
        string Manifests(string file) => $"apiVersion: inference.llmkube.dev/v1alpha1\nkind: Model\nmetadata: {{ name: demo }}\nspec: {{ source: \"{_site.At(file)}\" }}\n---\n{Service}";
        await small.ApplyAsync(Manifests("a.gguf"));
        await small.ReadyAsync();
        await small.DeleteAsync();

        await small.ApplyAsync(Manifests("b.gguf"));

        await small.ReadyAsync();
        Directory.Exists(Path.Combine(small.Home, "models", CacheKey.Of(_site.At("a.gguf")))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_stored_model_with_another_digest_than_the_Model_asks_for_is_not_served()
    {
        await DeployAsync(_site.At("a.gguf"));
        await _local.ReadyAsync();

        await _local.DeleteAsync();

        await _local.ApplyAsync($"apiVersion: inference.llmkube.dev/v1alpha1\nkind: Model\nmetadata: {{ name: demo }}\nspec: {{ source: \"{_site.At("a.gguf")}\", sha256: {new string('0', 64)} }}\n---\n{Service}");

        var service = await _local.ServiceAsync(status => status.Conditions!.Any(condition => condition is { Type: "Ready", Status: "False", Message: { } } && condition.Message!.Contains("SHA-256", StringComparison.Ordinal)));
        service.Status!.ReadyReplicas.ShouldBe(0);
    }

    [Fact]
    public async Task A_page_in_the_place_of_a_model_is_seen_before_it_is_fetched()
    {
        _site.Handler = new ServedFile(Encoding.UTF8.GetBytes("<html>please sign in</html>")).AnswerAsync;

        await DeployAsync(_site.At("a.gguf"));

        await _local.ServiceAsync(status => status.Conditions!.Any(condition => condition is { Type: "Stalled", Status: "True" } && condition.Message!.Contains("GGUF", StringComparison.Ordinal)));
    }

    /// <summary>A manifest as it stands in the samples.</summary>
    private static string Sample(string name) => Checkout.Read(Path.Combine("samples", name));

    private static string Secret(string name, params (string Key, string Value)[] entries) =>
        $"apiVersion: v1\nkind: Secret\nmetadata: {{ name: {name} }}\ndata: {{ {string.Join(", ", entries.Select(entry => $"{entry.Key}: {Convert.ToBase64String(Encoding.UTF8.GetBytes(entry.Value))}"))} }}\n";

    private Task DeployAsync(string source) =>
        _local.ApplyAsync($"apiVersion: inference.llmkube.dev/v1alpha1\nkind: Model\nmetadata: {{ name: demo }}\nspec: {{ source: {(source.StartsWith('{') ? source : $"\"{source}\"")} }}\n---\n{Service}");

    private async Task<Model> ModelAsync() => (await _local.Client.Of<Model>().FindAsync(LocalUnderTest.Demo, TestContext.Current.CancellationToken)).ShouldNotBeNull();

    private static byte[] TinyModelBytes()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("llmkube-tiny-").FullName, "tiny.gguf");
        TinyModel.WriteFile(path, new TinyModelOptions());
        var bytes = File.ReadAllBytes(path);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        return bytes;
    }
}
