using System.Text.Json.Nodes;
using LlmKube.ApiServer;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Local;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Backends.Oci;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using LlmKube.Models.TinyModels;
using LlmKube.Resources;
using LlmKube.Resources.Crds;
using LlmKube.Resources.V1Alpha1;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Xunit;

namespace LlmKube.Operator.Tests.Repositories;

/// <summary>A real registry that tells of a tag that moved: nobody waits for the next turn.</summary>
public sealed class NotificationTests : IDisposable
{
    private const int AnHour = 3600;
    private static readonly ObjectKey s_key = new("default", "demo");
    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-notified-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_tag_that_moves_is_noticed_when_the_registry_says_so()
    {
        await using var notifying = await NotifyingRegistry.StartAsync();
        var registry = notifying.Server;
        var credentials = new Dictionary<string, string>(StringComparer.Ordinal) { ["username"] = RegistryServer.User, ["password"] = RegistryServer.Password };
        await using var repository = RepositoryPlace.Parse($"oci://{registry.Host}/team-a").Place!.Open(new NetworkOptions(), new ConnectOptions { Credentials = credentials }, TimeProvider.System);
        await PublishAsync(repository, "v1");
        await PublishAsync(repository, "v2");
        await repository.TagAsync("tiny", "latest", "v1", CancellationToken.None);
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { CustomResourceDefinitions = CrdManifests.All });
        using var stopping = new CancellationTokenSource();
        var running = OperatorRun.StartAsync(
            api.Client, new OperatorOptions { Notifications = notifying.Notifications, Backends = [new OciBackend(new NetworkOptions(), TimeProvider.System)] }, stopping.Token);
        await ApplyAsync(api.Client, registry.Host, credentials);
        await Eventually.HoldsAsync(async () => await VersionAsync(api.Client) == "v1", TimeSpan.FromMinutes(1));

        await repository.TagAsync("tiny", "latest", "v2", CancellationToken.None);

        await Eventually.HoldsAsync(async () => await VersionAsync(api.Client) == "v2", TimeSpan.FromMinutes(1));
        await stopping.CancelAsync();
        await Task.WhenAny(running);
    }

    private static async Task<string?> VersionAsync(KubernetesClient client) => (await client.Of<Model>().GetAsync(s_key, CancellationToken.None)).Status?.ResolvedVersion;

    private async Task PublishAsync(IModelRepository repository, string version)
    {
        TinyModel.WriteFile(Path.Combine(_folder, "tiny.gguf"), new TinyModelOptions { Seed = version[1] });
        var connected = (ConnectResult.Connected)await new LocalBackend(["/"]).ConnectAsync(new ModelSource.Local(_folder), new ConnectOptions(), CancellationToken.None);
        await using var session = connected.Session;
        await repository.PublishAsync(new VersionManifest { Name = "tiny", Version = version, Files = [] }, session, null, CancellationToken.None);
    }

    private static async Task ApplyAsync(KubernetesClient client, string registry, Dictionary<string, string> credentials)
    {
        var user = new ApplyOptions("a-user");
        await client.Of(SecretEntries.Definition).ApplyAsync(
            new DynamicObject(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Secret",
                ["metadata"] = new JsonObject { ["name"] = "registry", ["namespace"] = "default" },
                ["stringData"] = new JsonObject(credentials.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value))),
            }),
            user,
            CancellationToken.None);
        await client.Of<ModelRepository>().ApplyAsync(
            new ModelRepository
            {
                Metadata = new ObjectMeta { Name = "main", Namespace = "default" },
                Spec = new ModelRepositorySpec { Type = RepositoryTypes.Oci, Endpoint = registry, Prefix = "team-a", SecretRef = new LocalObjectReference { Name = "registry" }, PollIntervalSeconds = AnHour },
            },
            user,
            CancellationToken.None);
        await client.Of<Model>().ApplyAsync(
            new Model { Metadata = new ObjectMeta { Name = s_key.Name, Namespace = s_key.Namespace }, Spec = new ModelSpec { Source = SourceField.FromText("repo://main/tiny"), RefreshPolicy = RefreshPolicies.OnChange } }, user, CancellationToken.None);
    }
}
