using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using LlmKube.Agent.Engines;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Configuration;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Yaml;
using LlmKube.Models.TinyModels;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmKube.Local.Tests;

/// <summary>The whole product in one process on a home of its own, with an engine that is a real process and does as it is told.</summary>
internal sealed class LocalUnderTest : IAsyncDisposable
{
    public static readonly ObjectKey Demo = new("default", "demo");
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly LocalHost _host;

    private LocalUnderTest(LocalHost host, string home, KubernetesClient client) => (_host, Home, Client) = (host, home, client);

    public string Home { get; }

    public KubernetesClient Client { get; }

    public static async Task<LocalUnderTest> StartAsync(Func<LocalOptions, LocalOptions>? but = null)
    {
        var home = Directory.CreateTempSubdirectory("llmkube-local-").FullName;
        TinyModel.WriteFile(Path.Combine(home, "tiny.gguf"), new TinyModelOptions());
        var options = new LocalOptions
        {
            Home = home,
            ApiPort = 0,
            RouterPort = 0,
            AllowedPaths = [home],
            FindEngine = () => new EngineLaunch(FakeEngine, ["--strict"], new Dictionary<string, string>(StringComparer.Ordinal)),
            NodeName = "test",
            Logging = NullLoggerFactory.Instance,
        };
        var host = await LocalHost.StartAsync(but?.Invoke(options) ?? options, CancellationToken.None);
        var configuration = await ConfigurationLoader.LoadAsync(host.KubeConfig, context: null, static _ => null, [], TimeProvider.System, CancellationToken.None);
        return new LocalUnderTest(host, home, ClientFactory.Create(configuration, "test/1"));
    }

    /// <summary>Applies the model and a service, as <c>llmkube deploy</c> does.</summary>
    public async Task DeployAsync(InferenceServiceSpec spec, HardwareSpec? hardware = null)
    {
        var metadata = new ObjectMeta { Name = Demo.Name, Namespace = Demo.Namespace };
        var model = new ModelSpec { Source = SourceField.FromText(Path.Combine(Home, "tiny.gguf")), Hardware = hardware };
        await Client.Of<Model>().ApplyAsync(new Model { Metadata = metadata, Spec = model }, new ApplyOptions("test"), CancellationToken.None);
        await Client.Of<InferenceService>().ApplyAsync(new InferenceService { Metadata = metadata, Spec = spec }, new ApplyOptions("test"), CancellationToken.None);
    }

    /// <summary>Applies objects as <c>kubectl apply</c> does.</summary>
    public async Task ApplyAsync(string manifests)
    {
        foreach (var document in YamlText.ParseAll(manifests).OfType<JsonObject>())
        {
            var item = new DynamicObject(document);
            var definition = new[] { Model.Definition, ModelRepository.Definition, InferenceService.Definition, PersistentVolumeClaim.Definition, new ResourceDefinition("", "v1", "Secret", "secrets", Namespaced: true) }.Single(known => known.Kind == item.Kind);
            document["metadata"]!["namespace"] ??= Demo.Namespace;
            await Client.Of(definition).ApplyAsync(item, new ApplyOptions("test") { Force = true }, CancellationToken.None);
        }
    }

    /// <summary>Deletes the service and its model, and waits until both and the replicas are gone.</summary>
    public async Task DeleteAsync()
    {
        await Client.Of<InferenceService>().DeleteAsync(Demo, new DeleteOptions(), CancellationToken.None);
        await Client.Of<Model>().DeleteAsync(Demo, new DeleteOptions(), CancellationToken.None);
        await UntilAsync(async () => await Client.Of<InferenceService>().FindAsync(Demo, CancellationToken.None) is null && (await PodsAsync()).Count == 0 ? "gone" : null);
    }

    public Task<InferenceService> PatchAsync(JsonObject spec) =>
        Client.Of<InferenceService>().PatchAsync(Demo, Patch.Merge(new JsonObject { ["spec"] = spec }), new PatchOptions(), CancellationToken.None);

    /// <summary>The service, once it is as the test wants it.</summary>
    public Task<InferenceService> ServiceAsync(Func<InferenceServiceStatus, bool> holds) =>
        UntilAsync(async () => await Client.Of<InferenceService>().FindAsync(Demo, CancellationToken.None) is { Status: { } status } service && holds(status) ? service : null);

    public Task<InferenceService> ReadyAsync(int replicas = 1) => ServiceAsync(status => status.Phase == "Ready" && status.ReadyReplicas == replicas);

    /// <summary>Its replicas' Pods, by name.</summary>
    public async Task<IReadOnlyList<Pod>> PodsAsync() =>
        [.. (await Client.Of<Pod>().ListAsync(new ListOptions { Namespace = Demo.Namespace, LabelSelector = Labels.Service }, CancellationToken.None)).Items
            .OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal)];

    /// <summary>The processes that answer, asked through the router until each of so many was seen.</summary>
    public async Task<IReadOnlySet<string>> AnsweringAsync(int count)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await UntilAsync(async () =>
        {
            if (await AskAsync() is { } pid)
            {
                seen.Add(pid);
            }

            return seen.Count >= count ? seen : null;
        });
        return seen;
    }

    /// <summary>The process that answered one request; null where none did.</summary>
    public async Task<string?> AskAsync() => (await ChatAsync()).Process;

    /// <summary>What the router answered to one request, and the process that did where one did.</summary>
    public async Task<(HttpStatusCode Status, string Text, string? Process)> ChatAsync()
    {
        using var handler = new SocketsHttpHandler();
        using var http = new HttpClient(handler, disposeHandler: false);
        using var body = new StringContent("""{"model":"demo","messages":[{"role":"user","content":"who are you?"}]}""", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri(_host.Router, "v1/chat/completions"), body, CancellationToken.None);
        var text = await answer.Content.ReadAsStringAsync();
        LastAnswer = $"{(int)answer.StatusCode} {text}";
        return (answer.StatusCode, text, answer.IsSuccessStatusCode ? JsonNode.Parse(text)!["choices"]![0]!["message"]!["content"]!.GetValue<string>() : null);
    }

    /// <summary>What the router said last, for messages.</summary>
    public string LastAnswer { get; private set; } = "";

    /// <summary>What <paramref name="find"/> finds in the end; if that is nothing, the failure shows what there is instead.</summary>
    public async Task<T> UntilAsync<T>(Func<Task<T?>> find, [CallerArgumentExpression(nameof(find))] string what = "")
        where T : class
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < s_patience)
        {
            if (await find() is { } found)
            {
                return found;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System, CancellationToken.None);
        }

        throw new TimeoutException($"It did not come to {what}. There is:\n{await DescribeAsync()}");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.DisposeAsync();
        Directory.Delete(Home, recursive: true);
    }

    private async Task<string> DescribeAsync()
    {
        var text = new StringBuilder();
        foreach (var definition in (ResourceDefinition[])[Model.Definition, InferenceService.Definition, Pod.Definition, EndpointSlice.Definition, Lease.Definition])
        {
            foreach (var item in (await Client.Of(definition).ListAsync(new ListOptions(), CancellationToken.None)).Items)
            {
                text.AppendLine("---").Append(YamlText.Write(item.Json));
            }
        }

        foreach (var log in Directory.EnumerateFiles(Path.Combine(Home, "agent"), "*.log", SearchOption.AllDirectories))
        {
            text.AppendLine(log).AppendLine(await File.ReadAllTextAsync(log));
        }

        return text.ToString();
    }

    private static string FakeEngine { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "LlmKube.FakeEngine", "debug", "LlmKube.FakeEngine"));
}
