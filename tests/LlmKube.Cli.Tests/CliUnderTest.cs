using LlmKube.ApiServer;
using LlmKube.Cli.Commands;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.Crds;
using LlmKube.Resources.V1Alpha1;
using LlmKube.TestKit;

namespace LlmKube.Cli.Tests;

/// <summary>What a command printed, and what the shell got.</summary>
internal sealed record Outcome(int Code, string Output, string Error);

/// <summary>The command line against a real API server, and what stands there.</summary>
internal sealed class CliUnderTest : IAsyncDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("llmkube-cli-").FullName;

    private CliUnderTest(ApiServerFixture api) => Api = api;

    public ApiServerFixture Api { get; }

    /// <summary>Further environment variables.</summary>
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public ManualTime Time { get; } = new();

    public string Home => _home;

    public static async Task<CliUnderTest> StartAsync() =>
        new(await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { CustomResourceDefinitions = CrdManifests.All }));

    /// <summary>Runs a command as in a pipe.</summary>
    public Task<Outcome> RunAsync(params string[] arguments) => RunAsync(terminalWidth: null, arguments);

    /// <summary>Runs a command on a terminal of that width, or in a pipe.</summary>
    public Task<Outcome> RunAsync(int? terminalWidth, params string[] arguments) => RunAsync(terminalWidth, [], arguments);

    /// <summary>Runs a command into which something is piped.</summary>
    public Task<Outcome> RunAsync(byte[] input, params string[] arguments) => RunAsync(terminalWidth: null, input, arguments);

    private async Task<Outcome> RunAsync(int? terminalWidth, byte[] input, string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(output, error, outputIsTerminal: terminalWidth is not null, errorIsTerminal: false, width: terminalWidth ?? 200, color: false) { OpenInput = () => new MemoryStream(input) };
        var context = new CommandContext { Terminal = terminal, Environment = Environment, WorkingDirectory = _home };
        var code = await LlmKubeCommand.RunAsync(arguments, context, CancellationToken.None);
        return new Outcome(code, output.ToString(), error.ToString());
    }

    /// <summary>A service with its model, as the operator leaves them when all is well.</summary>
    public async Task AddAsync(string name, string ns = "default", string endpoint = "http://127.0.0.1:8080/v1/chat/completions")
    {
        var metadata = new ObjectMeta { Name = name, Namespace = ns };
        var apply = new Kubernetes.Client.ApplyOptions("test");
        if (ns != "default")
        {
            await Api.Client.Of(new ResourceDefinition("", "v1", "Namespace", "namespaces", Namespaced: false)).ApplyAsync(
                new DynamicObject(new() { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = ns } }), apply, CancellationToken.None);
        }

        await Api.Client.Of<Model>().ApplyAsync(new Model { Metadata = metadata, Spec = new ModelSpec { Source = SourceField.FromText($"/models/{name}.gguf") } }, apply, CancellationToken.None);
        await Api.Client.Of<Model>().ApplyAsync(
            new Model { Metadata = metadata, Status = new ModelStatus { Phase = "Ready", Size = "4.1 GiB" } }, apply with { Subresource = "status" }, CancellationToken.None);
        await Api.Client.Of<InferenceService>().ApplyAsync(
            new InferenceService { Metadata = metadata, Spec = new InferenceServiceSpec { ModelRef = name, Replicas = 2 } }, apply, CancellationToken.None);
        await Api.Client.Of<InferenceService>().ApplyAsync(
            new InferenceService { Metadata = metadata, Status = new InferenceServiceStatus { Phase = "Ready", ReadyReplicas = 2, Endpoint = endpoint } },
            apply with { Subresource = "status" },
            CancellationToken.None);
    }

    /// <summary>Notes where in a store the model of a service is.</summary>
    public Task SetCacheKeyAsync(string name, string key) => Api.Client.Of<Model>().ApplyAsync(
        new Model { Metadata = new ObjectMeta { Name = name, Namespace = "default" }, Status = new ModelStatus { Phase = "Ready", Size = "4.1 GiB", CacheKey = key } },
        new Kubernetes.Client.ApplyOptions("test") { Subresource = "status" },
        CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private string? Environment(string name) => name switch
    {
        "KUBECONFIG" => Api.KubeConfigPath,
        "HOME" => _home,
        _ => Variables.GetValueOrDefault(name),
    };
}
