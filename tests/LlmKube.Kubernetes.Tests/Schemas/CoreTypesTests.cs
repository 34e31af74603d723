using LlmKube.Kubernetes.Schemas;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Schemas;

/// <summary>The built-in types: every table parses, and the keys that apply and patch depend on are those of Kubernetes.</summary>
public sealed class CoreTypesTests
{
    [Fact]
    public void Every_table_parses_and_names_only_types_that_exist()
    {
        foreach (var name in CoreTypes.Names)
        {
            var schema = CoreTypes.Get(name);
            schema.Name.ShouldBe(name);
            schema.Type.ShouldBe("object");
        }

        CoreTypes.Names.Count.ShouldBeGreaterThan(350);
    }

    [Theory]
    [InlineData("PodSpec", "containers", "map", "name", "merge", "name")]
    [InlineData("PodSpec", "initContainers", "map", "name", "merge", "name")]
    [InlineData("PodSpec", "volumes", "map", "name", "merge,retainKeys", "name")]
    [InlineData("PodSpec", "tolerations", "atomic", null, null, null)]
    [InlineData("PodSpec", "topologySpreadConstraints", "map", "topologyKey,whenUnsatisfiable", "merge", "topologyKey")]
    [InlineData("PodSpec", "imagePullSecrets", "map", "name", "merge", "name")]
    [InlineData("PodSpec", "hostAliases", "map", "ip", "merge", "ip")]
    [InlineData("PodSpec", "resourceClaims", "map", "name", "merge,retainKeys", "name")]
    [InlineData("Container", "ports", "map", "containerPort,protocol", "merge", "containerPort")]
    [InlineData("Container", "env", "map", "name", "merge", "name")]
    [InlineData("Container", "envFrom", "atomic", null, null, null)]
    [InlineData("Container", "volumeMounts", "map", "mountPath", "merge", "mountPath")]
    [InlineData("Container", "volumeDevices", "map", "devicePath", "merge", "devicePath")]
    [InlineData("Container", "args", "atomic", null, null, null)]
    [InlineData("PodStatus", "conditions", "map", "type", "merge", "type")]
    [InlineData("ServiceSpec", "ports", "map", "port,protocol", "merge", "port")]
    [InlineData("io.k8s.api.apps.v1.DeploymentStatus", "conditions", "map", "type", "merge", "type")]
    [InlineData("ObjectMeta", "finalizers", "set", null, "merge", null)]
    [InlineData("ObjectMeta", "ownerReferences", "map", "uid", "merge", "uid")]
    [InlineData("ServiceAccount", "secrets", "map", "name", "merge", "name")]
    [InlineData("EndpointSlice", "endpoints", "atomic", null, null, null)]
    [InlineData("NodeStatus", "addresses", "map", "type", "merge", "type")]
    public void A_list_has_the_keys_of_Kubernetes(string type, string field, string listType, string? listKeys, string? strategy, string? mergeKey)
    {
        var schema = CoreTypes.Get(type).Properties![field];
        schema.Type.ShouldBe("array");
        schema.ListType.ShouldBe(listType);
        (schema.ListMapKeys is null ? null : string.Join(',', schema.ListMapKeys)).ShouldBe(listKeys);
        schema.PatchStrategy.ShouldBe(strategy);
        schema.PatchMergeKey.ShouldBe(mergeKey);
    }

    [Theory]
    [InlineData("Volume", "image")]
    [InlineData("Volume", "ephemeral")]
    [InlineData("Volume", "projected")]
    [InlineData("Volume", "csi")]
    [InlineData("Probe", "grpc")]
    [InlineData("Container", "resizePolicy")]
    [InlineData("Container", "restartPolicyRules")]
    [InlineData("EnvVarSource", "fileKeyRef")]
    [InlineData("PodSpec", "schedulingGates")]
    [InlineData("io.k8s.api.batch.v1.JobSpec", "podFailurePolicy")]
    [InlineData("io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec", "behavior")]
    [InlineData("CustomResourceDefinitionVersion", "selectableFields")]
    [InlineData("PersistentVolumeClaimSpec", "volumeAttributesClassName")]
    public void Recent_fields_are_known(string type, string field) => CoreTypes.Get(type).FindProperty(field).ShouldNotBeNull();

    [Theory]
    [InlineData("LabelSelector")]
    [InlineData("OwnerReference")]
    [InlineData("ObjectFieldSelector")]
    [InlineData("SecretKeySelector")]
    [InlineData("NodeSelector")]
    public void Types_that_are_owned_as_one_are_atomic(string type) => CoreTypes.Get(type).MapType.ShouldBe("atomic");

    [Fact]
    public void A_quantity_takes_a_number_or_a_string()
    {
        var limits = CoreTypes.Get("ResourceRequirements").Properties!["limits"];
        limits.AdditionalProperties!.IntOrString.ShouldBeTrue();
        limits.AdditionalProperties.Name.ShouldBe(ScalarTypes.QuantityName);
    }

    [Fact]
    public void A_short_name_that_several_groups_have_means_the_core_one()
    {
        CoreTypes.Get("Event").Name.ShouldBe("io.k8s.api.core.v1.Event");
        CoreTypes.Get("io.k8s.api.events.v1.Event").FindProperty("note").ShouldNotBeNull();
    }

    [Fact]
    public void An_unknown_name_is_refused_with_what_would_have_worked() =>
        Should.Throw<ArgumentException>(() => CoreTypes.Get("PodSpice")).Message.ShouldContain("PodSpice");
}
