using System.Text.Json.Nodes;
using LlmKube.ApiServer;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.KubeAi;
using LlmKube.Operator.Pods;
using LlmKube.Resources.Crds;
using LlmKube.Resources.V1Alpha1;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Operator.Tests.KubeAi;

/// <summary>Models of KubeAI, served where their definition is and the operator is told to.</summary>
public sealed class KubeAiReconcilerTests
{
    private static readonly ObjectKey s_key = new("default", "llama");
    private static readonly ApplyOptions s_user = new("a-user");

    [Fact]
    public async Task A_Model_of_KubeAI_is_served_follows_its_changes_and_goes_with_it()
    {
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { CustomResourceDefinitions = [.. CrdManifests.All, OtherDefinitions.KubeAi] });
        using var stopping = new CancellationTokenSource();
        var running = RunAsync(api.Client, stopping.Token);
        await ApplyAsync(api.Client, new JsonObject { ["url"] = "pvc://models/llama.gguf", ["engine"] = "OLlama", ["resourceProfile"] = "cpu:2", ["replicas"] = 2 });

        await HoldsAsync(async () => (await api.Client.Of<InferenceService>().FindAsync(s_key, CancellationToken.None))?.Spec.Replicas == 2);
        var model = await api.Client.Of<Model>().GetAsync(s_key, CancellationToken.None);
        model.Spec.Source.ShouldBe(SourceField.FromText("pvc://models/llama.gguf"));
        model.FindController()!.ApiVersion.ShouldBe("kubeai.org/v1");
        await HoldsAsync(async () => (await EventsAsync(api.Client)).Any(text => text.Contains("resourceProfile: cpu:2 is taken as 2 CPU", StringComparison.Ordinal)));
        await HoldsAsync(async () => (await api.Client.Of<KubeAiModel>().GetAsync(s_key, CancellationToken.None)).Status?.Replicas is { All: 2, Ready: 0 });

        await ApplyAsync(api.Client, new JsonObject { ["url"] = "pvc://models/other.gguf", ["engine"] = "OLlama", ["replicas"] = 1 });
        await HoldsAsync(async () => (await api.Client.Of<InferenceService>().GetAsync(s_key, CancellationToken.None)).Spec.Replicas == 1);
        (await api.Client.Of<Model>().GetAsync(s_key, CancellationToken.None)).Spec.Source.ShouldBe(SourceField.FromText("pvc://models/other.gguf"));

        await api.Client.Of<KubeAiModel>().DeleteAsync(s_key, new DeleteOptions(), CancellationToken.None);
        await HoldsAsync(async () => await api.Client.Of<Model>().FindAsync(s_key, CancellationToken.None) is null && await api.Client.Of<InferenceService>().FindAsync(s_key, CancellationToken.None) is null);
        await stopping.CancelAsync();
        await Task.WhenAny(running);
    }

    [Fact]
    public async Task What_somebody_else_called_so_is_left_alone()
    {
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { CustomResourceDefinitions = [.. CrdManifests.All, OtherDefinitions.KubeAi] });
        await api.Client.Of<Model>().ApplyAsync(
            new Model { Metadata = new ObjectMeta { Name = s_key.Name, Namespace = s_key.Namespace }, Spec = new ModelSpec { Source = SourceField.FromText("pvc://mine/a.gguf") } }, s_user, CancellationToken.None);
        using var stopping = new CancellationTokenSource();
        var running = RunAsync(api.Client, stopping.Token);
        await ApplyAsync(api.Client, new JsonObject { ["url"] = "pvc://models/llama.gguf", ["engine"] = "OLlama" });

        await HoldsAsync(async () => (await EventsAsync(api.Client)).Any(text => text.Contains("There is a Model of inference.llmkube.dev llama already", StringComparison.Ordinal)));
        (await api.Client.Of<Model>().GetAsync(s_key, CancellationToken.None)).Spec.Source.ShouldBe(SourceField.FromText("pvc://mine/a.gguf"));
        (await api.Client.Of<InferenceService>().FindAsync(s_key, CancellationToken.None)).ShouldBeNull();
        await stopping.CancelAsync();
        await Task.WhenAny(running);
    }

    private static Task RunAsync(KubernetesClient client, CancellationToken cancellationToken) =>
        OperatorRun.StartAsync(client, new OperatorOptions { Pods = new PodSettings { Image = "llmkube:test" }, ServesKubeAi = true }, cancellationToken);

    private static Task<KubeAiModel> ApplyAsync(KubernetesClient client, JsonObject spec) => client.Of<KubeAiModel>().ApplyAsync(
        new KubeAiModel { Metadata = new ObjectMeta { Name = s_key.Name, Namespace = s_key.Namespace }, Spec = spec }, s_user, CancellationToken.None);

    private static async Task<IReadOnlyList<string>> EventsAsync(KubernetesClient client) =>
        [.. (await client.Of(new ResourceDefinition("", "v1", "Event", "events", Namespaced: true)).ListAsync(new ListOptions(), CancellationToken.None)).Items.Select(one => (string?)one.Json["message"] ?? "")];

    private static Task HoldsAsync(Func<Task<bool>> holds) => Eventually.HoldsAsync(holds, TimeSpan.FromMinutes(1));
}
