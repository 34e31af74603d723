using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Schemas;

/// <summary>What is taken out of an object and what is put in before it is stored.</summary>
public sealed class PruneAndDefaultTests
{
    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}}}""", """{"a":"x","b":1}""", """{"a":"x"}""", "unknown field \"spec.b\"")]
    [InlineData("""{"type":"object","properties":{"l":{"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}}}}}}""", """{"l":[{"a":"x","z":1}]}""", """{"l":[{"a":"x"}]}""", "unknown field \"spec.l[0].z\"")]
    [InlineData("""{"type":"object","properties":{"m":{"type":"object","additionalProperties":{"type":"object","properties":{"a":{"type":"string"}}}}}}""", """{"m":{"k":{"z":1}}}""", """{"m":{"k":{}}}""", "unknown field \"spec.m.k.z\"")]
    [InlineData("""{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"a":{"type":"object"}}}""", """{"z":1,"a":{"b":1}}""", """{"z":1,"a":{}}""", "unknown field \"spec.a.b\"")]
    [InlineData("""{"type":"object","properties":{"e":{"type":"object","x-kubernetes-embedded-resource":true,"properties":{"spec":{"type":"object"}}}}}""", """{"e":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","zzz":1},"spec":{}}}""", """{"e":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{}}}""", "unknown field \"spec.e.metadata.zzz\"")]
    [InlineData("""{"type":"object","x-kubernetes-preserve-unknown-fields":true}""", """{"z":{"y":[{}]}}""", """{"z":{"y":[{}]}}""", null)]
    public void Unknown_fields_are_removed_and_named(string schema, string spec, string pruned, string? unknown)
    {
        var obj = Kinds.WidgetObject(spec);
        var found = ObjectRules.Prune(Kinds.Widget(schema), obj);
        ShouldBeJson(obj["spec"], pruned);
        found.ShouldBe(unknown is null ? [] : [unknown]);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":3}}}""", "{}", """{"a":3}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":3}}}""", """{"a":0}""", """{"a":0}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":3}}}""", """{"a":null}""", """{"a":3}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":3,"nullable":true}}}""", """{"a":null}""", """{"a":null}""")]
    [InlineData("""{"type":"object","properties":{"o":{"type":"object","default":{},"properties":{"a":{"type":"string","default":"x"}}}}}""", "{}", """{"o":{"a":"x"}}""")]
    [InlineData("""{"type":"object","properties":{"o":{"type":"object","properties":{"a":{"type":"string","default":"x"}}}}}""", "{}", "{}")]
    [InlineData("""{"type":"object","properties":{"l":{"type":"array","items":{"type":"object","properties":{"p":{"type":"string","default":"TCP"}}}}}}""", """{"l":[{}]}""", """{"l":[{"p":"TCP"}]}""")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"object","properties":{"p":{"type":"string","default":"TCP"}}}}""", """{"k":{}}""", """{"k":{"p":"TCP"}}""")]
    public void Defaults_are_set_where_a_field_is_absent(string schema, string spec, string defaulted)
    {
        var obj = Kinds.WidgetObject(spec);
        ObjectRules.Default(Kinds.Widget(schema), obj);
        ShouldBeJson(obj["spec"], defaulted);
    }

    [Theory]
    [InlineData("Service", """{"spec":{"ports":[{"port":80}]}}""", "spec.type=ClusterIP spec.ports.0.protocol=TCP spec.ports.0.targetPort=80 spec.sessionAffinity=None")]
    [InlineData("Secret", """{"stringData":{"a":"b"}}""", "type=Opaque data.a=Yg== stringData=")]
    [InlineData("Deployment", """{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i:1","ports":[{"containerPort":1}]}]}}}}""", "spec.replicas=1 spec.template.spec.restartPolicy=Always spec.template.spec.containers.0.imagePullPolicy=IfNotPresent spec.template.spec.containers.0.ports.0.protocol=TCP spec.strategy.type=RollingUpdate")]
    [InlineData("Job", """{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"registry:5000/i"}]}}}}""", "spec.completions=1 spec.parallelism=1 spec.backoffLimit=6 spec.template.spec.containers.0.imagePullPolicy=Always")]
    [InlineData("Pod", """{"spec":{"containers":[{"name":"c","image":"i@sha256:0","readinessProbe":{"httpGet":{"port":1}}}]}}""", "status.phase=Pending spec.dnsPolicy=ClusterFirst spec.containers.0.imagePullPolicy=IfNotPresent spec.containers.0.readinessProbe.periodSeconds=10 spec.containers.0.readinessProbe.httpGet.scheme=HTTP")]
    [InlineData("Namespace", """{"metadata":{"name":"n"}}""", "status.phase=Active metadata.labels.kubernetes.io/metadata!name=n")]
    [InlineData("CustomResourceDefinition", """{"spec":{"names":{"kind":"Widget"}}}""", "spec.names.listKind=WidgetList spec.names.singular=widget spec.conversion.strategy=None")]
    public void Built_in_kinds_get_the_defaults_that_users_read(string kind, string json, string expected)
    {
        var obj = Kinds.Parse(json);
        ObjectRules.Default(Kinds.BuiltIn(kind), obj);
        foreach (var pair in expected.Split(' '))
        {
            var (path, value) = (pair.Split('=', 2)[0], pair.Split('=', 2)[1]);
            At(obj, path).ShouldBe(value, path);
        }
    }

    [Theory]
    [InlineData("Deployment", """{"spec":"text"}""")]
    [InlineData("Deployment", """{"spec":{"template":1,"strategy":[]}}""")]
    [InlineData("Service", """{"spec":[1]}""")]
    [InlineData("Pod", """{"spec":{"containers":[1,{"ports":"x","image":2}]},"status":3}""")]
    [InlineData("Secret", """{"stringData":["a"],"data":1}""")]
    [InlineData("CustomResourceDefinition", """{"spec":{"names":3,"versions":{}}}""")]
    public void A_malformed_object_is_refused_and_never_crashes_the_server(string kind, string json)
    {
        var obj = Kinds.Parse(json);
        obj["metadata"] = new JsonObject { ["name"] = "a" };
        ObjectRules.Prune(Kinds.BuiltIn(kind), obj);
        ObjectRules.Default(Kinds.BuiltIn(kind), obj);
        new ObjectRules().Validate(Kinds.BuiltIn(kind), obj, null).ShouldNotBeEmpty();
    }

    [Fact]
    public void A_null_in_a_built_in_object_is_absence()
    {
        var obj = Kinds.Parse("""{"metadata":{"name":"a","creationTimestamp":null},"spec":{"containers":[{"name":"c","resources":null}]},"status":null}""");
        ObjectRules.Prune(Kinds.BuiltIn("Pod"), obj);
        ShouldBeJson(obj, """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c"}]}}""");
    }

    private static string At(JsonNode? node, string path)
    {
        foreach (var step in path.Split('.'))
        {
            node = node is JsonArray array ? array[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)] : node?[step.Replace('!', '.')];
            if (path.Contains("kubernetes.io/", StringComparison.Ordinal) && step == "labels")
            {
                return (string?)node!["kubernetes.io/metadata.name"] ?? "";
            }
        }

        return node is JsonValue value && value.TryGetValue<string>(out var text) ? text : node?.ToJsonString() ?? "";
    }

    private static void ShouldBeJson(JsonNode? actual, string expected) =>
        JsonNode.DeepEquals(actual, JsonNode.Parse(expected)).ShouldBeTrue($"{actual?.ToJsonString()} instead of {expected}");
}
