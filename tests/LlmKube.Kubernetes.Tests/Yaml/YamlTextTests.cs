using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using LlmKube.Kubernetes.Yaml;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Yaml;

public sealed class YamlTextTests
{
    [Theory]
    [InlineData("a: 1", """{"a":1}""")]
    [InlineData("a: 1.5", """{"a":1.5}""")]
    [InlineData("a: 1e3", """{"a":1000}""")]
    [InlineData("a: 0x10", """{"a":16}""")]
    [InlineData("a: '1'", """{"a":"1"}""")]
    [InlineData("a: yes", """{"a":true}""")]
    [InlineData("a: ~", """{"a":null}""")]
    [InlineData("a:", """{"a":null}""")]
    [InlineData("a: 4Gi", """{"a":"4Gi"}""")]
    [InlineData("a: 2026-01-02T03:04:05Z", """{"a":"2026-01-02T03:04:05Z"}""")]
    [InlineData("a: 007", """{"a":"007"}""")]
    [InlineData("a: [1, x, {b: c}]", """{"a":[1,"x",{"b":"c"}]}""")]
    [InlineData("a: |\n  x\n  y\n", """{"a":"x\ny\n"}""")]
    [InlineData("""{"a": "b"}""", """{"a":"b"}""")]
    [InlineData("base: &b {x: 1}\nuse:\n  <<: *b\n  y: 2", """{"base":{"x":1},"use":{"y":2,"x":1}}""")]
    public void A_document_reads_as_the_JSON_it_stands_for(string yaml, string json) =>
        JsonNode.DeepEquals(YamlText.Parse(yaml), JsonNode.Parse(json)).ShouldBeTrue($"{YamlText.Parse(yaml)?.ToJsonString()} is not {json}");

    [Fact]
    public void Documents_are_read_one_by_one_and_empty_ones_left_out() =>
        YamlText.ParseAll("a: 1\n---\n---\nb: 2\n").Select(document => document!.ToJsonString()).ShouldBe(["""{"a":1}""", """{"b":2}"""]);

    [Theory]
    [InlineData("a: [1, 2", "line ")]
    [InlineData("a: 1\na: 2", "line 2")]
    [InlineData("? [a]\n: b", "line 1")]
    public void What_is_wrong_is_said_with_its_line(string yaml, string part) =>
        Should.Throw<YamlFormatException>(() => YamlText.Parse(yaml)).Message.ShouldContain(part);

    [Fact]
    public void Aliases_cannot_fill_the_memory()
    {
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 8).Select(i => $"{(char)('a' + i)}: &{(char)('a' + i)} [{string.Join(',', Enumerable.Repeat($"*{(char)('a' + i - 1)}", 10))}]\n"));

        Should.Throw<YamlFormatException>(() => YamlText.Parse(bomb)).Message.ShouldContain("aliases");
    }

    [Fact]
    public void Objects_print_as_kubectl_prints_them() =>
        YamlText.Write(JsonNode.Parse("""{"kind":"Pod","spec":{"args":["--port","8080","-m",true],"list":[{"a":1,"b":[]},{"c":{}}],"text":"x\ny\n","empty":"","none":null,"v":"1.0","t":"true"}}""")).ShouldBe(
            """
            kind: Pod
            spec:
              args:
              - --port
              - "8080"
              - -m
              - true
              list:
              - a: 1
                b: []
              - c: {}
              text: |
                x
                y
              empty: ""
              none: null
              v: "1.0"
              t: "true"

            """);

    [Theory]
    [InlineData("k *")]
    [InlineData("a &b")]
    [InlineData("a !b")]
    [InlineData("a #b")]
    public void A_key_with_an_indicator_in_it_reads_back(string key)
    {
        var node = new JsonObject { [key] = new JsonArray("") };
        JsonNode.DeepEquals(YamlText.Parse(YamlText.Write(node)), node).ShouldBeTrue();
    }

    [Fact]
    public void What_is_written_reads_back_the_same_for_any_text() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string?>(), ArbMap.Default.ArbFor<string?>(), (string? key, string? value) =>
        {
            var node = new JsonObject { ["k" + Clean(key)] = new JsonArray(Clean(value), new JsonObject { ["x"] = Clean(value) + "\n", [Clean(value)] = 1 }) };
            return JsonNode.DeepEquals(YamlText.Parse(YamlText.Write(node)), node);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    /// <summary>Half a surrogate pair is no text, in YAML or in JSON.</summary>
    private static string Clean(string? text) => new([.. (text ?? "").Where(c => !char.IsSurrogate(c) && c is not ('\uFFFE' or '\uFFFF'))]);
}
