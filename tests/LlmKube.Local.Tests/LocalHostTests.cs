using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Configuration;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Sources;
using LlmKube.Models.TinyModels;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace LlmKube.Local.Tests;

/// <summary>The whole product in one process, on a home of its own and free ports; without an engine, so that it runs anywhere.</summary>
public sealed class LocalHostTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private readonly string _home = Directory.CreateTempSubdirectory("llmkube-home-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task A_model_from_a_file_becomes_ready_and_a_service_without_an_engine_says_what_to_do()
    {
        var path = Path.Combine(_home, "tiny.gguf");
        TinyModel.WriteFile(path, new TinyModelOptions());
        await using var host = await StartAsync();
        using var client = await ConnectAsync(host);

        await DeployAsync(client, path);

        var model = await UntilAsync<Model>(client, found => found.Status?.Phase == ModelPhases.Ready);
        model.Status!.Gguf!.Architecture.ShouldBe("llama");
        model.Status.Path.ShouldBe(path);
        var service = await UntilAsync<InferenceService>(client, found => found.Status?.SchedulingStatus == "EngineNotFound");
        service.Status!.Conditions.FindCondition(ConditionTypes.Stalled)!.Status.ShouldBe(Condition.True);
        service.Status.SchedulingMessage!.ShouldContain("llmkube runtime install");
    }

    [Theory]
    [InlineData("none.gguf", ModelReasons.SourceNotFound)]
    [InlineData("text.gguf", ModelReasons.InvalidFormat)]
    [InlineData("cut.gguf", ModelReasons.InvalidFormat)]
    [InlineData("/etc/hostname", ModelReasons.SourceNotAllowed)]
    public async Task A_source_that_cannot_be_served_is_a_condition(string source, string reason)
    {
        await File.WriteAllTextAsync(Path.Combine(_home, "text.gguf"), "this is no model", Token);
        TinyModel.WriteFile(Path.Combine(_home, "whole.gguf"), new TinyModelOptions());
        await File.WriteAllBytesAsync(Path.Combine(_home, "cut.gguf"), (await File.ReadAllBytesAsync(Path.Combine(_home, "whole.gguf"), Token))[..200_000], Token);
        await using var host = await StartAsync();
        using var client = await ConnectAsync(host);

        await DeployAsync(client, Path.Combine(_home, source));

        var model = await UntilAsync<Model>(client, found => found.Status?.Phase == ModelPhases.Failed);
        model.Status!.Conditions.FindCondition(ConditionTypes.Ready)!.Reason.ShouldBe(reason);
    }

    [Fact]
    public async Task Both_forms_of_a_source_are_served_and_an_object_with_a_mistake_is_refused_with_its_field()
    {
        var path = Path.Combine(_home, "tiny.gguf");
        TinyModel.WriteFile(path, new TinyModelOptions());
        await using var host = await StartAsync();
        using var client = await ConnectAsync(host);
        var metadata = new ObjectMeta { Name = "demo", Namespace = "default" };
        var wrong = SourceField.FromObject(new JsonObject { ["type"] = "s3", ["key"] = "m.gguf" });
        var refused = await Should.ThrowAsync<ApiException>(() => client.Of<Model>().ApplyAsync(
            new Model { Metadata = metadata, Spec = new ModelSpec { Source = wrong } }, new ApplyOptions("test"), Token));
        refused.IsInvalid.ShouldBeTrue();
        refused.Message.ShouldContain("bucket");

        var right = SourceField.FromObject(new JsonObject { ["type"] = "local", ["path"] = path });
        await client.Of<Model>().ApplyAsync(new Model { Metadata = metadata, Spec = new ModelSpec { Source = right } }, new ApplyOptions("test"), Token);
        var model = await UntilAsync<Model>(client, found => found.Status?.Phase == ModelPhases.Ready);
        model.Status!.CacheKey.ShouldBe(CacheKey.Of(path), "both forms share the cache");
    }

    [Fact]
    public async Task What_was_deployed_is_there_after_a_restart()
    {
        await using (var first = await StartAsync())
        {
            using var before = await ConnectAsync(first);
            await DeployAsync(before, "/nowhere/model.gguf");
        }

        await using var second = await StartAsync();
        using var client = await ConnectAsync(second);

        (await client.Of<Model>().FindAsync(new ObjectKey("default", "demo"), Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_second_one_for_the_same_home_is_refused()
    {
        await using var first = await StartAsync();

        (await Should.ThrowAsync<LocalStartException>(StartAsync)).Message.ShouldContain("llmkube down");
    }

    [Theory]
    [InlineData(true, "--api-port")]
    [InlineData(false, "--port")]
    public async Task A_taken_port_is_named_with_the_option_that_chooses_another(bool api, string option)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var refused = await Should.ThrowAsync<LocalStartException>(() => StartAsync(api ? port : 0, api ? 0 : port));
        refused.Message.ShouldContain(port.ToString(CultureInfo.InvariantCulture));
        refused.Message.ShouldContain(option);

        await using var second = await StartAsync();
    }

    [Fact]
    public async Task A_manifest_with_a_mistake_is_refused_with_the_field()
    {
        await using var host = await StartAsync();
        using var client = await ConnectAsync(host);
        var metadata = new ObjectMeta { Name = "demo", Namespace = "default" };
        var refused = await Should.ThrowAsync<ApiException>(() => client.Of<InferenceService>().ApplyAsync(
            new InferenceService { Metadata = metadata, Spec = new InferenceServiceSpec { ModelRef = "demo", ContextSize = -5 } }, new ApplyOptions("test"), Token));
        refused.IsInvalid.ShouldBeTrue();
        refused.Message.ShouldContain("spec.contextSize");
    }

    [Fact]
    public async Task The_kubeconfig_is_for_its_owner_only_and_the_state_tells_where_everything_is()
    {
        await using var host = await StartAsync();

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(host.KubeConfig).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        RunState.Find(_home)!.Router.ShouldBe(host.Router);
        await host.StopAsync();
        RunState.Find(_home).ShouldBeNull();
    }

    private Task<LocalHost> StartAsync() => StartAsync(0, 0);

    private Task<LocalHost> StartAsync(int apiPort, int routerPort) => LocalHost.StartAsync(
        new LocalOptions
        {
            Home = _home,
            ApiPort = apiPort,
            RouterPort = routerPort,
            AllowedPaths = [_home],
            FindEngine = static () => null,
            NodeName = "test",
            Logging = NullLoggerFactory.Instance,
        },
        Token);

    private static async Task<KubernetesClient> ConnectAsync(LocalHost host) =>
        ClientFactory.Create(await ConfigurationLoader.LoadAsync(host.KubeConfig, context: null, static _ => null, [], TimeProvider.System, Token), "test/1");

    private static async Task DeployAsync(KubernetesClient client, string path)
    {
        var metadata = new ObjectMeta { Name = "demo", Namespace = "default" };
        await client.Of<Model>().ApplyAsync(new Model { Metadata = metadata, Spec = new ModelSpec { Source = SourceField.FromText(path) } }, new ApplyOptions("test"), Token);
        await client.Of<InferenceService>().ApplyAsync(new InferenceService { Metadata = metadata, Spec = new InferenceServiceSpec { ModelRef = "demo" } }, new ApplyOptions("test"), Token);
    }

    private static async Task<T> UntilAsync<T>(KubernetesClient client, Func<T, bool> holds)
        where T : class, IResource<T>
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Token);
        late.CancelAfter(s_patience);
        await foreach (var change in client.Of<T>().WatchAsync(new WatchOptions { Namespace = "default" }, late.Token))
        {
            if (change.Kind is WatchEventKind.Added or WatchEventKind.Modified && holds(change.Object))
            {
                return change.Object;
            }
        }

        throw new TimeoutException($"No {typeof(T).Name} came to what was expected.");
    }
}
