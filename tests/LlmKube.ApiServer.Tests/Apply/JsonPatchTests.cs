using System.Text.Json.Nodes;
using LlmKube.ApiServer.Apply;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Apply;

/// <summary>RFC 6902, with the cases of its appendix and what an API server adds.</summary>
public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("""{"foo":"bar"}""", """[{"op":"add","path":"/baz","value":"qux"}]""", """{"foo":"bar","baz":"qux"}""")]
    [InlineData("""{"foo":["bar","baz"]}""", """[{"op":"add","path":"/foo/1","value":"qux"}]""", """{"foo":["bar","qux","baz"]}""")]
    [InlineData("""{"foo":["a"]}""", """[{"op":"add","path":"/foo/-","value":["abc"]}]""", """{"foo":["a",["abc"]]}""")]
    [InlineData("""{"foo":["a"]}""", """[{"op":"add","path":"/foo/1","value":"b"}]""", """{"foo":["a","b"]}""")]
    [InlineData("""{"foo":1}""", """[{"op":"add","path":"/foo","value":null}]""", """{"foo":null}""")]
    [InlineData("""{"baz":"qux","foo":"bar"}""", """[{"op":"remove","path":"/baz"}]""", """{"foo":"bar"}""")]
    [InlineData("""{"foo":["bar","qux","baz"]}""", """[{"op":"remove","path":"/foo/1"}]""", """{"foo":["bar","baz"]}""")]
    [InlineData("""{"foo":["bar","qux","baz"]}""", """[{"op":"remove","path":"/foo/-1"}]""", """{"foo":["bar","qux"]}""")]
    [InlineData("""{"foo":null}""", """[{"op":"remove","path":"/foo"}]""", """{}""")]
    [InlineData("""{"baz":"qux","foo":"bar"}""", """[{"op":"replace","path":"/baz","value":"boo"}]""", """{"baz":"boo","foo":"bar"}""")]
    [InlineData("""{"a":[1,2]}""", """[{"op":"replace","path":"/a/1","value":3}]""", """{"a":[1,3]}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"","value":{"b":2}}]""", """{"b":2}""")]
    [InlineData("""{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}""",
        """[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]""",
        """{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}""")]
    [InlineData("""{"foo":["all","grass","cows","eat"]}""", """[{"op":"move","from":"/foo/1","path":"/foo/3"}]""", """{"foo":["all","cows","eat","grass"]}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"move","from":"/a","path":"/a"}]""", """{"a":{"b":1}}""")]
    [InlineData("""{"a":{"b":[1]}}""", """[{"op":"copy","from":"/a","path":"/c"},{"op":"add","path":"/c/b/0","value":0}]""", """{"a":{"b":[1]},"c":{"b":[0,1]}}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"copy","from":"/a","path":"/a/c"}]""", """{"a":{"b":1,"c":{"b":1}}}""")]
    [InlineData("""{"baz":"qux","foo":["a",2,"c"]}""", """[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2.0}]""", """{"baz":"qux","foo":["a",2,"c"]}""")]
    [InlineData("""{"/":9,"~1":10}""", """[{"op":"test","path":"/~01","value":10},{"op":"replace","path":"/~1","value":8}]""", """{"/":8,"~1":10}""")]
    [InlineData("""{"metadata":{"annotations":{}}}""", """[{"op":"add","path":"/metadata/annotations/a.example~1b","value":"c"}]""", """{"metadata":{"annotations":{"a.example/b":"c"}}}""")]
    [InlineData("""{"":1}""", """[{"op":"replace","path":"/","value":2}]""", """{"":2}""")]
    [InlineData("""{"a":{"x":1,"y":2}}""", """[{"op":"test","path":"/a","value":{"y":2,"x":1}}]""", """{"a":{"x":1,"y":2}}""")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":2,"xyz":"ignored"}]""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":1}""", "[]", """{"a":1}""")]
    public void An_operation_changes_what_it_names(string target, string patch, string expected) =>
        Json.Same(JsonPatch.Apply(Json.Node(target), Json.Array(patch)), expected);

    [Theory]
    [InlineData("""[{"op":"test","path":"/a","value":2}]""", "testing value /a failed")]
    [InlineData("""[{"op":"test","path":"/a","value":"1"}]""", "testing value /a failed")]
    [InlineData("""[{"op":"test","path":"/zz","value":null}]""", "/zz does not exist")]
    [InlineData("""[{"op":"remove","path":"/zz"}]""", "/zz does not exist")]
    [InlineData("""[{"op":"replace","path":"/zz","value":1}]""", "/zz does not exist")]
    [InlineData("""[{"op":"add","path":"/x/y","value":1}]""", "/x/y does not exist")]
    [InlineData("""[{"op":"add","path":"/l/9","value":1}]""", "/l/9 does not exist")]
    [InlineData("""[{"op":"add","path":"/l/01","value":1}]""", "/l/01 does not exist")]
    [InlineData("""[{"op":"add","path":"/l/1e0","value":1}]""", "/l/1e0 does not exist")]
    [InlineData("""[{"op":"add","path":"/a/b","value":1}]""", "/a/b does not exist")]
    [InlineData("""[{"op":"remove","path":"/l/-"}]""", "/l/- does not exist")]
    [InlineData("""[{"op":"move","from":"/o","path":"/o/p"}]""", "into its own child")]
    [InlineData("""[{"op":"remove","path":""}]""", "leaves nothing")]
    public void An_operation_that_does_not_fit_the_object_is_invalid(string patch, string message)
    {
        var exception = Should.Throw<PatchException>(() => JsonPatch.Apply(Json.Node("""{"a":1,"l":[1],"o":{"p":1}}"""), Json.Array(patch)));
        exception.Code.ShouldBe(422);
        exception.Reason.ShouldBe("Invalid");
        exception.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("""["x"]""", "must be an object")]
    [InlineData("""[{"path":"/a"}]""", "\"op\"")]
    [InlineData("""[{"op":"add","value":1}]""", "\"path\"")]
    [InlineData("""[{"op":"add","path":"/a"}]""", "no value")]
    [InlineData("""[{"op":"copy","path":"/a"}]""", "\"from\"")]
    [InlineData("""[{"op":"spam","path":"/a"}]""", "unknown operation \"spam\"")]
    [InlineData("""[{"op":"remove","path":"a"}]""", "no JSON pointer")]
    [InlineData("""[{"op":"remove","path":"/a~2"}]""", "\"~\"")]
    public void A_malformed_patch_is_a_bad_request(string patch, string message)
    {
        var exception = Should.Throw<PatchException>(() => JsonPatch.Apply(Json.Node("""{"a":1}"""), Json.Array(patch)));
        exception.Code.ShouldBe(400);
        exception.Message.ShouldContain(message);
    }

    [Fact]
    public void A_failing_patch_leaves_the_target_as_it_was()
    {
        var target = Json.Node("""{"a":1}""");
        Should.Throw<PatchException>(() => JsonPatch.Apply(target, Json.Array("""[{"op":"add","path":"/b","value":1},{"op":"remove","path":"/zz"}]""")));
        Json.Same(target, """{"a":1}""");
    }

    [Fact]
    public void A_patch_may_be_applied_twice()
    {
        var patch = Json.Array("""[{"op":"add","path":"/b","value":{"c":1}}]""");
        var once = JsonPatch.Apply(Json.Node("{}"), patch);
        Json.Same(JsonPatch.Apply(once, patch), """{"b":{"c":1}}""");
    }

    [Fact]
    public void Too_many_operations_are_refused()
    {
        var patch = new JsonArray();
        for (var i = 0; i <= JsonPatch.MaxOperations; i++)
        {
            patch.Add(new JsonObject { ["op"] = "test", ["path"] = "", ["value"] = new JsonObject() });
        }

        Should.Throw<PatchException>(() => JsonPatch.Apply(Json.Node("{}"), patch)).Code.ShouldBe(413);
    }

    [Fact]
    public void Doubling_copies_are_stopped_before_they_fill_the_memory()
    {
        var patch = new JsonArray();
        for (var i = 0; i < 40; i++)
        {
            patch.Add(new JsonObject { ["op"] = "copy", ["from"] = "/a", ["path"] = $"/a/{i}" });
        }

        var exception = Should.Throw<PatchException>(() => JsonPatch.Apply(Json.Node("""{"a":{"text":"some text to double"}}"""), patch));
        exception.Code.ShouldBe(413);
        exception.Message.ShouldContain("copy operations");
    }
}
