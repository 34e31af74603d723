using LlmKube.ApiServer.Schemas;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Schemas;

/// <summary>The checks of metadata and of built-in kinds that a schema cannot express.</summary>
public sealed class BuiltInValidationTests
{
    [Theory]
    [InlineData("ConfigMap", """{"metadata":{"name":"Not_Valid"}}""", "metadata.name: Invalid value: \"Not_Valid\": a lowercase RFC 1123 subdomain must consist of")]
    [InlineData("ConfigMap", """{"metadata":{}}""", "metadata.name: Required value: name or generateName is required")]
    [InlineData("ConfigMap", """{"metadata":{"name":"a","labels":{"k":"a b"}}}""", "metadata.labels: Invalid value: \"a b\": a valid label must be")]
    [InlineData("ConfigMap", """{"metadata":{"name":"a","labels":{"/k":"a"}}}""", "metadata.labels: Invalid value: \"/k\"")]
    [InlineData("ConfigMap", """{"metadata":{"name":"a","ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p"}]}}""", "metadata.ownerReferences[0].uid: Required value")]
    [InlineData("ConfigMap", """{"metadata":{"name":"a"},"data":{"a/b":"x"}}""", "data[a/b]: Invalid value: \"a/b\": a valid config key")]
    [InlineData("ConfigMap", """{"metadata":{"name":"a"},"data":{"a":1}}""", "data.a: Invalid value: \"integer\"")]
    [InlineData("Namespace", """{"metadata":{"name":"a.b"}}""", "metadata.name: Invalid value: \"a.b\": a lowercase RFC 1123 label must consist of")]
    [InlineData("Namespace", """{"metadata":{"name":"a","namespace":"b"}}""", "metadata.namespace: Forbidden: not allowed on this type")]
    [InlineData("Service", """{"metadata":{"name":"a"},"spec":{}}""", "spec.ports: Required value")]
    [InlineData("Service", """{"metadata":{"name":"a"},"spec":{"ports":[{"port":70000}]}}""", "spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive")]
    [InlineData("Service", """{"metadata":{"name":"a"},"spec":{"type":"Cluster","ports":[{"port":80}]}}""", "spec.type: Unsupported value: \"Cluster\"")]
    [InlineData("Pod", """{"metadata":{"name":"a"},"spec":{}}""", "spec.containers: Required value")]
    [InlineData("Pod", """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c"}]}}""", "spec.containers[0].image: Required value")]
    [InlineData("Pod", """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"},{"name":"c","image":"i"}]}}""", "spec.containers[1]: Duplicate value: {\"name\":\"c\"}")]
    [InlineData("Pod", """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i","volumeMounts":[{"name":"v","mountPath":"/v"}]}]}}""", "spec.containers[0].volumeMounts[0].name: Not found: \"v\"")]
    [InlineData("Pod", """{"metadata":{"name":"a"},"spec":{"restartPolicy":"Sometimes","containers":[{"name":"c","image":"i"}]}}""", "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \"Never\"")]
    [InlineData("Deployment", """{"metadata":{"name":"a"},"spec":{"replicas":-1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""", "spec.replicas: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("Deployment", """{"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""", "spec.template.metadata.labels: Invalid value: {}: `selector` does not match template `labels`")]
    [InlineData("Job", """{"metadata":{"name":"a"},"spec":{"template":{"spec":{"restartPolicy":"Always","containers":[{"name":"c","image":"i"}]}}}}""", "spec.template.spec.restartPolicy: Unsupported value: \"Always\": supported values: \"OnFailure\", \"Never\"")]
    [InlineData("PersistentVolumeClaim", """{"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"]}}""", "spec.resources[storage]: Required value")]
    public void A_mistake_is_refused_in_Kubernetes_words(string kind, string json, string expected)
    {
        var findings = new ObjectRules().Validate(Kinds.BuiltIn(kind), Kinds.Parse(json), null);
        findings.Select(f => f.ToString()).ShouldContain(f => f.StartsWith(expected, StringComparison.Ordinal), string.Join("; ", findings));
    }

    [Theory]
    [InlineData("Pod", """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":1,"memory":"1Gi"}}}]},"status":{"containerStatuses":[{"name":"c"}],"conditions":[{"type":"Ready"}]}}""")]
    [InlineData("EndpointSlice", """{"metadata":{"name":"a"},"addressType":"IPv4"}""")]
    [InlineData("Role", """{"metadata":{"name":"system:x"}}""")]
    [InlineData("Service", """{"metadata":{"name":"a"},"spec":{"clusterIP":"None","selector":{"a":"b"}}}""")]
    [InlineData("Node", """{"metadata":{"name":"a.b"},"status":{"capacity":{"memory":1024}}}""")]
    public void What_Kubernetes_accepts_is_accepted(string kind, string json) =>
        new ObjectRules().Validate(Kinds.BuiltIn(kind), Kinds.Parse(json), null).ShouldBeEmpty();

    [Theory]
    [InlineData("Secret", """{"type":"Opaque"}""", """{"type":"kubernetes.io/tls"}""", "type: Invalid value")]
    [InlineData("ConfigMap", """{"immutable":true,"data":{"a":"b"}}""", """{"immutable":true,"data":{"a":"c"}}""", "data: Forbidden")]
    [InlineData("Pod", """{"spec":{"containers":[{"name":"c","image":"i"}]}}""", """{"spec":{"containers":[{"name":"c","image":"i","args":["x"]}]}}""", "spec: Forbidden: pod updates may not change fields")]
    [InlineData("Deployment", """{"spec":{"selector":{"matchLabels":{"a":"b"}}}}""", """{"spec":{"selector":{"matchLabels":{"a":"c"}}}}""", "spec.selector: Invalid value")]
    [InlineData("Job", """{"spec":{"template":{"spec":{"nodeName":"a"}}}}""", """{"spec":{"template":{"spec":{"nodeName":"b"}}}}""", "spec.template: Invalid value")]
    public void What_may_not_change_is_kept(string kind, string before, string after, string expected)
    {
        var now = Kinds.Parse(after);
        now["metadata"] = Kinds.Parse("""{"name":"a"}""");
        var findings = new ObjectRules().Validate(Kinds.BuiltIn(kind), now, Kinds.Parse(before));
        findings.Select(f => f.ToString()).ShouldContain(f => f.StartsWith(expected, StringComparison.Ordinal), string.Join("; ", findings));
    }

    [Fact]
    public void A_pods_image_may_change()
    {
        var before = Kinds.Parse("""{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i:1"}]}}""");
        var after = Kinds.Parse("""{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i:2"}]}}""");
        new ObjectRules().Validate(Kinds.BuiltIn("Pod"), after, before).ShouldBeEmpty();
    }
}
