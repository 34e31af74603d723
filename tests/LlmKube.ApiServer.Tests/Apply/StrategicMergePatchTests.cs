using LlmKube.ApiServer.Apply;
using LlmKube.Kubernetes.Schemas;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Apply;

/// <summary>Strategic merge patch on the built-in types' own schemas.</summary>
public sealed class StrategicMergePatchTests
{
    [Theory]
    [InlineData("""{"nodeName":"a"}""", """{"nodeName":"b"}""", """{"nodeName":"b"}""")]
    [InlineData("""{"nodeName":"a","hostname":"h"}""", """{"nodeName":null}""", """{"hostname":"h"}""")]
    [InlineData("""{"nodeSelector":{"a":"1"}}""", """{"nodeSelector":{"b":"2","c":null}}""", """{"nodeSelector":{"a":"1","b":"2"}}""")]
    [InlineData("{}", """{"nodeSelector":{"b":"2","c":null}}""", """{"nodeSelector":{"b":"2"}}""")]
    [InlineData("""{"nodeSelector":{"a":"1"}}""", """{"nodeSelector":{"$patch":"replace","b":"2"}}""", """{"nodeSelector":{"b":"2"}}""")]
    [InlineData("""{"nodeSelector":{"a":"1"}}""", """{"nodeSelector":{"$patch":"merge","b":"2"}}""", """{"nodeSelector":{"a":"1","b":"2"}}""")]
    [InlineData("""{"nodeSelector":{"a":"1"},"hostname":"h"}""", """{"nodeSelector":{"$patch":"delete"}}""", """{"hostname":"h"}""")]
    // Lists merge by their key; the atomic ones are replaced.
    [InlineData("""{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}""", """{"containers":[{"name":"b","image":"2"},{"name":"c","image":"2"}]}""",
        """{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"},{"name":"c","image":"2"}]}""")]
    [InlineData("""{"containers":[{"name":"a","args":["x","y"]}]}""", """{"containers":[{"name":"a","args":["z"]}]}""", """{"containers":[{"name":"a","args":["z"]}]}""")]
    [InlineData("""{"containers":[{"name":"a","env":[{"name":"A","value":"1"},{"name":"B","value":"1"}]}]}""",
        """{"containers":[{"name":"a","env":[{"name":"B","value":null,"valueFrom":{"fieldRef":{"fieldPath":"x"}}}]}]}""",
        """{"containers":[{"name":"a","env":[{"name":"A","value":"1"},{"name":"B","valueFrom":{"fieldRef":{"fieldPath":"x"}}}]}]}""")]
    [InlineData("""{"containers":[{"name":"a"},{"name":"b"}]}""", """{"containers":[{"name":"a","$patch":"delete"}]}""", """{"containers":[{"name":"b"}]}""")]
    [InlineData("""{"containers":[{"name":"a"}]}""", """{"containers":[{"name":"zz","$patch":"delete"}]}""", """{"containers":[{"name":"a"}]}""")]
    [InlineData("""{"containers":[{"name":"a"},{"name":"b"}]}""", """{"containers":[{"name":"c"},{"$patch":"replace"}]}""", """{"containers":[{"name":"c"}]}""")]
    [InlineData("""{"containers":[{"name":"a","image":"1","command":["x"]}]}""", """{"containers":[{"name":"a","$retainKeys":["name","image"],"image":"2"}]}""",
        """{"containers":[{"name":"a","image":"2"}]}""")]
    [InlineData("{}", """{"containers":[{"name":"a","env":[{"name":"X","value":"1"},{"name":"Y","$patch":"delete"}]}]}""", """{"containers":[{"name":"a","env":[{"name":"X","value":"1"}]}]}""")]
    // One volume source at a time.
    [InlineData("""{"volumes":[{"name":"v","emptyDir":{}}]}""", """{"volumes":[{"name":"v","$retainKeys":["name","hostPath"],"hostPath":{"path":"/x"}}]}""",
        """{"volumes":[{"name":"v","hostPath":{"path":"/x"}}]}""")]
    // Order.
    [InlineData("""{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}""", """{"$setElementOrder/containers":[{"name":"c"},{"name":"a"},{"name":"b"}],"containers":[{"name":"a","image":"1"}]}""",
        """{"containers":[{"name":"c"},{"name":"a","image":"1"},{"name":"b"}]}""")]
    [InlineData("""{"containers":[{"name":"a"},{"name":"b"}]}""", """{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}""", """{"containers":[{"name":"b"},{"name":"a"}]}""")]
    [InlineData("""{"containers":[{"name":"s"},{"name":"a"},{"name":"b"}]}""", """{"$setElementOrder/containers":[{"name":"b"},{"name":"n"},{"name":"a"}],"containers":[{"name":"n"}]}""",
        """{"containers":[{"name":"s"},{"name":"b"},{"name":"n"},{"name":"a"}]}""")]
    [InlineData("""{"containers":[{"name":"a"},{"name":"s"}]}""", """{"$setElementOrder/containers":[{"name":"n"},{"name":"a"}],"containers":[{"name":"n"}]}""",
        """{"containers":[{"name":"n"},{"name":"a"},{"name":"s"}]}""")]
    public void A_pods_spec_is_patched_by_its_schema(string target, string patch, string expected) =>
        Json.Same(StrategicMergePatch.Apply(
            Json.Object($$$"""{"spec":{{{target}}}}"""), Json.Object($$$"""{"spec":{{{patch}}}}"""), CoreTypes.Get("io.k8s.api.core.v1.Pod"))["spec"], expected);

    [Theory]
    [InlineData("""{"finalizers":["a","b"]}""", """{"finalizers":["b","c"]}""", """{"finalizers":["a","b","c"]}""")]
    [InlineData("""{"finalizers":["a","b"]}""", """{"$deleteFromPrimitiveList/finalizers":["a"]}""", """{"finalizers":["b"]}""")]
    [InlineData("""{"finalizers":["a","b"]}""", """{"$deleteFromPrimitiveList/finalizers":["a"],"finalizers":["c"],"$setElementOrder/finalizers":["c","b"]}""", """{"finalizers":["c","b"]}""")]
    [InlineData("""{"finalizers":["a","b","c"]}""", """{"$setElementOrder/finalizers":["c","a"]}""", """{"finalizers":["b","c","a"]}""")]
    [InlineData("""{"finalizers":["a"]}""", """{"finalizers":null}""", "{}")]
    [InlineData("""{"ownerReferences":[{"uid":"1","name":"x"}]}""", """{"ownerReferences":[{"uid":"1","$patch":"delete"},{"uid":"2","name":"y"}]}""", """{"ownerReferences":[{"uid":"2","name":"y"}]}""")]
    [InlineData("""{"labels":{"a":"1"}}""", """{"labels":{"a":null,"b":"2"}}""", """{"labels":{"b":"2"}}""")]
    public void Metadata_is_patched_alike_on_every_kind(string target, string patch, string expected) =>
        Json.Same(StrategicMergePatch.Apply(Json.Object($$$"""{"metadata":{{{target}}}}"""), Json.Object($$$"""{"metadata":{{{patch}}}}"""), schema: null)["metadata"], expected);

    [Theory]
    [InlineData("""{"containers":[{"image":"x"}]}""", "does not contain declared merge key: name")]
    [InlineData("""{"containers":["x"]}""", "must be objects")]
    [InlineData("""{"containers":[{"name":"a","$patch":"steal"}]}""", "Unknown patch type found")]
    [InlineData("""{"$retainKeys":"x"}""", "Invalid patch format of retainKeys")]
    [InlineData("""{"$retainKeys":["a"],"nodeName":"x"}""", "nodeName")]
    [InlineData("""{"$setElementOrder/containers":"x"}""", "setElementOrder")]
    [InlineData("""{"$deleteFromPrimitiveList/x":"x"}""", "primitive list")]
    public void A_malformed_patch_is_a_bad_request(string patch, string message)
    {
        var exception = Should.Throw<PatchException>(() => StrategicMergePatch.Apply(
            Json.Object("""{"spec":{"containers":[{"name":"a"}]}}"""), Json.Object($$$"""{"spec":{{{patch}}}}"""), CoreTypes.Get("io.k8s.api.core.v1.Pod")));
        exception.Code.ShouldBe(400);
        exception.Message.ShouldContain(message);
    }

    [Fact]
    public void The_target_stays_as_it_was()
    {
        var target = Json.Object("""{"spec":{"containers":[{"name":"a","image":"1"}]}}""");
        StrategicMergePatch.Apply(target, Json.Object("""{"spec":{"containers":[{"name":"a","image":"2"}]}}"""), CoreTypes.Get("io.k8s.api.core.v1.Pod"));
        Json.Same(target, """{"spec":{"containers":[{"name":"a","image":"1"}]}}""");
    }

    [Fact]
    public void Ports_of_a_service_merge_by_port() =>
        Json.Same(StrategicMergePatch.Apply(
            Json.Object("""{"spec":{"ports":[{"port":80,"name":"a"},{"port":81}],"selector":{"x":"1"}}}"""),
            Json.Object("""{"spec":{"ports":[{"port":80,"targetPort":"http"}],"selector":{"y":"2"}}}"""),
            CoreTypes.Get("io.k8s.api.core.v1.Service")), """{"spec":{"ports":[{"port":80,"name":"a","targetPort":"http"},{"port":81}],"selector":{"x":"1","y":"2"}}}""");
}
