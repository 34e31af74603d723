using System.Text;
using System.Text.Json.Nodes;
using LlmKube.ApiServer;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Backends.Oci;
using LlmKube.Models.Sources;
using LlmKube.Models.TinyModels;
using LlmKube.Resources;
using LlmKube.Resources.Crds;
using LlmKube.Resources.V1Alpha1;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.Operator.Tests.Canaries;

/// <summary>A tag of a real registry that moves: what it names anew is tried, and what was served can be gone back to.</summary>
public sealed class MovingTagTests
{
    private static readonly ObjectKey s_key = new("default", "demo");
    private static readonly ApplyOptions s_user = new("a-user");

    [Fact]
    public async Task What_a_tag_names_anew_is_tried_promoted_and_undone()
    {
        // The registry tells of the second push, an hour before the operator would ask.
        await using var notifying = await NotifyingRegistry.StartAsync();
        var registry = notifying.Server;
        await PushAsync(registry, seed: 1);
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { CustomResourceDefinitions = CrdManifests.All });
        using var stopping = new CancellationTokenSource();
        var running = OperatorRun.StartAsync(
            api.Client, new OperatorOptions { Notifications = notifying.Notifications, Backends = [new OciBackend(new NetworkOptions(), TimeProvider.System)] }, stopping.Token);
        await ApplyAsync(api.Client, registry, RefreshPolicies.Canary);
        var first = await UntilAsync(api.Client, status => status is { Phase: ModelPhases.Ready, ResolvedVersion: not null });
        first.ResolvedVersion!.ShouldStartWith("sha256:");
        first.ResolvedSource.ShouldBe($"oci://{registry.Host}/team/tiny@{first.ResolvedVersion}", StringCompareShould.IgnoreLineEndings);
        first.CacheKey.ShouldBe(CacheKey.Of(first.ResolvedSource!), StringCompareShould.IgnoreLineEndings);

        await PushAsync(registry, seed: 2);
        var second = (await UntilAsync(api.Client, status => status.Canary is { Phase: CanaryPhases.Progressing })).Canary!.Version;
        await Eventually.HoldsAsync(async () => (await TrialsAsync(api.Client)).Count == 1, TimeSpan.FromMinutes(1));
        (await TrialsAsync(api.Client)).Single().Spec.ShouldSatisfyAllConditions(
            spec => ModelSourceObject.Parse(spec.Source!.Value).ShouldBeOfType<SourceParseResult.Parsed>().Source.ShouldBe(new ModelSource.Oci($"{registry.Host}/team/tiny@{second}") { Mode = "pull", SecretName = "registry" }),
            spec => Defaults.RefreshPolicyOf(spec).ShouldBe(RefreshPolicies.IfNotPresent, StringCompareShould.IgnoreLineEndings));
        (await ModelAsync(api.Client)).Status!.ResolvedVersion.ShouldBe(first.ResolvedVersion, "it is only tried", StringCompareShould.IgnoreLineEndings);

        await AnnotateAsync(api.Client, Annotations.PromotedVersion, second);
        await UntilAsync(api.Client, status => status.ResolvedVersion == second);
        await AnnotateAsync(api.Client, Annotations.PinnedVersion, first.ResolvedVersion);
        var undone = await UntilAsync(api.Client, status => status.ResolvedVersion == first.ResolvedVersion);
        undone.Versions!.Select(one => one.Version).ShouldBe([first.ResolvedVersion!, second, first.ResolvedVersion!]);
        await Eventually.HoldsAsync(async () => (await TrialsAsync(api.Client)).Count == 0, TimeSpan.FromMinutes(1));

        await ApplyAsync(api.Client, registry, RefreshPolicies.OnChange);
        (await UntilAsync(api.Client, status => status is { Phase: ModelPhases.Ready, ResolvedVersion: null })).ShouldSatisfyAllConditions(
            status => status.ResolvedSource.ShouldBeNull(),
            status => status.CacheKey.ShouldBe(CacheKey.Of($"oci://{registry.Host}/team/tiny:latest"), StringCompareShould.IgnoreLineEndings));
        await stopping.CancelAsync();
        await Task.WhenAny(running);
    }

    private static async Task PushAsync(RegistryServer registry, ulong seed)
    {
        var bytes = new MemoryStream();
        TinyModel.Write(bytes, new TinyModelOptions { Seed = seed });
        await registry.PushModelAsync("team/tiny:latest", "tiny.gguf", bytes.ToArray());
    }

    private static async Task ApplyAsync(KubernetesClient client, RegistryServer registry, string policy)
    {
        await client.Of(SecretEntries.Definition).ApplyAsync(
            new DynamicObject(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Secret",
                ["metadata"] = new JsonObject { ["name"] = "registry", ["namespace"] = s_key.Namespace },
                ["data"] = new JsonObject { ["username"] = Encoded(RegistryServer.User), ["password"] = Encoded(RegistryServer.Password) },
            }),
            s_user,
            CancellationToken.None);
        var source = new JsonObject { ["type"] = "oci", ["image"] = $"{registry.Host}/team/tiny:latest", ["mode"] = "pull", ["secretRef"] = new JsonObject { ["name"] = "registry" } };
        await client.Of<Model>().ApplyAsync(
            new Model { Metadata = new ObjectMeta { Name = s_key.Name, Namespace = s_key.Namespace }, Spec = new ModelSpec { Source = SourceField.FromObject(source), RefreshPolicy = policy } }, s_user, CancellationToken.None);

        static string Encoded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    private static Task<Model> ModelAsync(KubernetesClient client) => client.Of<Model>().GetAsync(s_key, CancellationToken.None);

    private static async Task<IReadOnlyList<Model>> TrialsAsync(KubernetesClient client) =>
        [.. (await client.Of<Model>().ListAsync(new ListOptions(), CancellationToken.None)).Items.Where(model => CanaryMark.TriedBeside(model) == s_key)];

    private static Task<Model> AnnotateAsync(KubernetesClient client, string name, string? value) => client.Of<Model>().PatchAsync(
        s_key, Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = value } } }), new PatchOptions(), CancellationToken.None);

    private static async Task<ModelStatus> UntilAsync(KubernetesClient client, Func<ModelStatus, bool> holds)
    {
        await Eventually.HoldsAsync(async () => (await ModelAsync(client)).Status is { } status && holds(status), TimeSpan.FromMinutes(1));
        return (await ModelAsync(client)).Status!;
    }
}
