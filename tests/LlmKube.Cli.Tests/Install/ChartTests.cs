using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Cli.Commands.Install;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests.Install;

/// <summary>The chart, rendered in several sets of values and taken by an API server.</summary>
public sealed class ChartTests
{
    private static readonly string[] s_monitoring = ["ServiceMonitor", "PodMonitor"];

    public static TheoryData<string, string[]> Sets() => new()
    {
        { "as it is", [] },
        { "airgapped", ["-f", File("values-airgapped.yaml")] },
        { "openshift", ["-f", File("values-openshift.yaml")] },
        {
            "everything",
            [
                "--set", "networkPolicies.enabled=true", "--set", "networkPolicies.additionalEgressCIDRs=[10.0.0.0/8]", "--set", "prometheus.serviceMonitor.enabled=true",
                "--set", "prometheus.inferencePodMonitor.enabled=true", "--set", "runtimeImages.vllm=r/vllm:1", "--set", "modelSource.allowedHostPathRoots=[/mnt/a, /mnt/b]",
                "--set", "controllerManager.driRenderGID=992", "--set", "controllerManager.nodeSelector={\"disk\": \"fast\"}", "--set", "serviceAccount.annotations={\"a\": \"b\"}",
                "--set", "modelCache.mode=nodeLocal", "--set", "modelCache.hostPath=/var/models", "--set", "modelCache.storageClass=nfs", "--set", "imagePullSecrets=[{\"name\": \"pull\"}]",
                "--set", "gpuSharing.pools.shared.nodeSelector={\"pool\": \"shared\"}",
            ]
        },
        { "a mirror of the Hub", ["--set", "hub.enabled=true", "--set", "hub.repository=s3://models/team-a", "--set", "hub.credentialsSecret=keys", "--set", "hub.tokensSecret=tokens", "--set", "hub.claim=models"] },
        { "notifications", ["--set", "notifications.enabled=true", "--set", "notifications.tokenSecret=senders", "--set", "networkPolicies.enabled=true"] },
        { "nothing", ["--set", "crds.install=false", "--set", "rbac.create=false", "--set", "serviceAccount.create=false", "--set", "router.enabled=false", "--set", "priorityClasses.enabled=false", "--set", "metrics.enabled=false", "--set", "modelCache.enabled=false"] },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Every_set_of_values_is_taken_by_an_API_server(string set, string[] options)
    {
        var objects = await RenderAsync(options);

        objects.Select(one => $"{one.Kind} {one.Metadata.Namespace} {one.Metadata.Name}").Distinct(StringComparer.Ordinal).Count().ShouldBe(objects.Count);
        await using var api = await ApiServerFixture.StartAsync();
        var ns = InstallManifests.Of(new InstallSettings { Namespace = "llmkube-system" }).Single(one => one.Kind == "Namespace");
        await api.Client.Of(InstallManifests.DefinitionOf(ns)).ApplyAsync(ns, new ApplyOptions("helm"), TestContext.Current.CancellationToken);
        foreach (var resource in objects.Where(one => !s_monitoring.Contains(one.Kind, StringComparer.Ordinal)).OrderBy(one => one.Kind == "CustomResourceDefinition" ? 0 : 1))
        {
            var definition = DefinitionOf(resource);
            await api.Client.Of(definition).ApplyAsync(resource, new ApplyOptions("helm"), TestContext.Current.CancellationToken);
        }

        objects.Any(one => one.Kind == "Deployment").ShouldBeTrue(set);
    }

    [Fact]
    public async Task An_air_gapped_site_takes_every_image_from_its_own_registry()
    {
        var deployments = (await RenderAsync("-f", File("values-airgapped.yaml"))).Where(one => one.Kind == "Deployment").ToList();

        foreach (var deployment in deployments)
        {
            var container = deployment.Json["spec"]!["template"]!["spec"]!["containers"]![0]!;
            ((string)container["image"]!).ShouldStartWith("registry.site.internal/mirror/llmkube/llmkube:");
        }

        Arguments(deployments).Any(argument => argument == "--image-registry=registry.site.internal/mirror").ShouldBeTrue();
    }

    [Fact]
    public async Task The_operator_of_the_chart_has_the_rights_of_the_manifests()
    {
        var rendered = await RenderAsync();

        foreach (var role in InstallManifests.Of(new InstallSettings { Namespace = "llmkube-system" }).Where(one => one.Kind is "ClusterRole" or "Role"))
        {
            var same = rendered.Single(one => one.Kind == role.Kind && one.Metadata.Name == role.Metadata.Name && one.Metadata.Namespace == role.Metadata.Namespace);
            JsonNode.DeepEquals(same.Json["rules"], role.Json["rules"]).ShouldBeTrue($"{role.Kind} {role.Metadata.Name}");
        }
    }

    [Fact]
    public async Task The_operator_knows_every_flag_that_the_chart_passes()
    {
        var arguments = new List<string>();
        foreach (var row in Sets())
        {
            arguments.AddRange(Arguments(await RenderAsync(row.Data.Item2)));
        }

        var known = Checkout.Read("src/LlmKube.Cli/Commands/Roles/OperatorFlags.cs") + Checkout.Read("src/LlmKube.Cli/Commands/Roles/OperatorAddresses.cs");
        foreach (var flag in arguments.Where(argument => argument.StartsWith("--", StringComparison.Ordinal)).Select(argument => argument.Split('=')[0]).Distinct(StringComparer.Ordinal))
        {
            known.ShouldContain($"\"{flag}\"");
        }
    }

    [Fact]
    public void Every_value_has_a_place_in_the_schema_of_values()
    {
        using var schema = JsonDocument.Parse(Checkout.Read("deploy/helm/llmkube/values.schema.json"));
        var values = LlmKube.Kubernetes.Yaml.YamlText.ParseAll(Checkout.Read("deploy/helm/llmkube/values.yaml")).Single()!.AsObject();

        Missing(values, schema.RootElement, "").ShouldBeEmpty();
    }

    private static IEnumerable<string> Missing(JsonObject values, JsonElement schema, string path)
    {
        foreach (var (key, value) in values)
        {
            if (!schema.TryGetProperty("properties", out var properties) || !properties.TryGetProperty(key, out var inner))
            {
                yield return $"{path}{key}";
            }
            else if (value is JsonObject { Count: > 0 } below && inner.TryGetProperty("properties", out _))
            {
                foreach (var missing in Missing(below, inner, $"{path}{key}."))
                {
                    yield return missing;
                }
            }
        }
    }

    private static IEnumerable<string> Arguments(IEnumerable<DynamicObject> objects) =>
        objects.Where(one => one.Kind == "Deployment" && one.Metadata.Name!.EndsWith("-operator", StringComparison.Ordinal)).SelectMany(one => one.Json["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]!.AsArray().Select(argument => (string)argument!));

    private static ResourceDefinition DefinitionOf(DynamicObject resource) => resource.Kind switch
    {
        "NetworkPolicy" => new ResourceDefinition("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", Namespaced: true),
        _ => InstallManifests.DefinitionOf(resource),
    };

    private static async Task<IReadOnlyList<DynamicObject>> RenderAsync(params string[] options)
    {
        var missing = await ChartRenderer.PrepareAsync(Checkout.Root);
        Assert.SkipWhen(missing is not null, missing ?? "");
        return await ChartRenderer.RenderAsync(Checkout.Root, "llmkube", "llmkube-system", options);
    }

    private static string File(string name) => Path.Combine(Checkout.Root, "deploy", "helm", "llmkube", name);
}
