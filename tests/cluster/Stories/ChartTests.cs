using System.Text.Json.Nodes;
using LlmKube.Cluster.Tests.Harness;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Cluster.Tests.Stories;

/// <summary>The rendered chart, as a real API server sees it.</summary>
public sealed class ChartTests(ClusterFixture cluster)
{
    private static readonly Dictionary<string, ResourceDefinition> s_kinds = new ResourceDefinition[]
    {
        new("", "v1", "ServiceAccount", "serviceaccounts", Namespaced: true),
        new("", "v1", "Service", "services", Namespaced: true),
        new("apps", "v1", "Deployment", "deployments", Namespaced: true),
        new("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", Namespaced: true),
        new("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", Namespaced: false),
        new("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", Namespaced: false),
        new("rbac.authorization.k8s.io", "v1", "Role", "roles", Namespaced: true),
        new("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", Namespaced: true),
        new("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", Namespaced: false),
    }.ToDictionary(kind => kind.Kind, StringComparer.Ordinal);

    [Fact]
    public async Task A_real_API_server_would_take_every_object_of_it()
    {
        await using var story = await Story.BeginAsync(cluster, "charted");
        var missing = await ChartRenderer.PrepareAsync(Checkout.Root);
        Assert.SkipWhen(missing is not null, missing ?? "");
        var objects = await ChartRenderer.RenderAsync(Checkout.Root, "prod", "charted", "--set", "crds.install=false", "--set", "networkPolicies.enabled=true", "--set", "networkPolicies.additionalEgressCIDRs=[10.0.0.0/8]");

        var options = new ApplyOptions("helm") { DryRun = true };
        foreach (var resource in objects)
        {
            await cluster.Client.Of(s_kinds[resource.Kind]).ApplyAsync(resource, options, TestContext.Current.CancellationToken);
        }

        objects.Count(one => one.Kind == "Deployment").ShouldBe(2);
        objects.Where(one => one.Kind == "Deployment").Select(one => (string)((JsonNode)one.Json)["metadata"]!["name"]!).Order(StringComparer.Ordinal).ShouldBe(["prod-llmkube-operator", "prod-llmkube-router"]);
    }

    [Fact]
    public async Task Installed_from_the_chart_it_serves_a_model_under_the_charts_own_rights_through_its_router()
    {
        await using var story = await Story.BeginAsync(cluster, "helmed");
        var missing = await ChartRenderer.PrepareAsync(Checkout.Root);
        Assert.SkipWhen(missing is not null, missing ?? "");
        var site = await story.SiteAsync();
        await cluster.ScaleOperatorAsync(0);
        var objects = await ChartRenderer.RenderAsync(
            Checkout.Root, "prod", "helmed",
            "--set", $"controllerManager.image.repository={Sandbox.Image.Split(':')[0]}", "--set", $"controllerManager.image.tag={Sandbox.Image.Split(':')[1]}", "--set", "modelCache.size=1Gi",
            // The definitions are there: this API server is older than their CEL rules, and the command line left these out.
            "--set", "crds.install=false", "--set", $"runtimeImages.llamacpp={EngineImage.Name}");
        try
        {
            foreach (var resource in objects)
            {
                await cluster.Client.Of(s_kinds[resource.Kind]).ApplyAsync(resource, new ApplyOptions("helm"), TestContext.Current.CancellationToken);
            }

            await story.DeployAsync("demo", site.At("tiny.gguf"));
            await story.ReadyAsync("demo");

            var router = (await cluster.Client.Of<Pod>().ListAsync(new ListOptions { Namespace = "helmed", LabelSelector = "app.kubernetes.io/component=router" }, CancellationToken.None)).Items.ShouldHaveSingleItem();
            await cluster.UntilAsync("the router answers for the model", async () => await story.ChatAsync(new Uri($"http://{router.Status!.PodIP}:8080/v1/chat/completions"), "demo") == "chat.completion");
        }
        finally
        {
            foreach (var resource in objects.Where(one => one.Kind != "PriorityClass"))
            {
                await cluster.Client.Of(s_kinds[resource.Kind]).DeleteAsync(resource.Key(), new DeleteOptions(), CancellationToken.None);
            }

            await cluster.UntilAsync("the chart's pods are gone", async () =>
                (await cluster.Client.Of<Pod>().ListAsync(new ListOptions { Namespace = "helmed", LabelSelector = "app.kubernetes.io/component in (operator,router)" }, CancellationToken.None)).Items.Count == 0);
            await cluster.ScaleOperatorAsync(1);
        }
    }
}
