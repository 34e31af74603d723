using System.Text.Json;
using LlmKube.Models.Sources;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Sources;

public sealed class ModelSourceObjectTests
{
    [Theory]
    [InlineData("""{"type":"local","path":"/m/a.gguf"}""", "/m/a.gguf")]
    [InlineData("""{"type":"pvc","claimName":"models","path":"a/b.gguf"}""", "pvc://models/a/b.gguf")]
    [InlineData("""{"type":"s3","bucket":"b","key":"k/x.gguf","secretRef":{"name":"s"}}""", "s3://b/k/x.gguf")]
    [InlineData("""{"type":"s3","bucket":"b","key":"k","endpoint":"https://s3:9000","region":"eu"}""", "s3://b/k?endpoint=https%3A%2F%2Fs3%3A9000&region=eu")]
    [InlineData("""{"type":"http","url":"https://host/a.gguf"}""", "https://host/a.gguf")]
    [InlineData("""{"type":"huggingface","repo":"org/repo","revision":"v1","file":"a.gguf"}""", "hf://org/repo@v1/a.gguf")]
    [InlineData("""{"type":"oci","image":"registry/m:1","mode":"volume"}""", "oci://registry/m:1")]
    [InlineData("""{"type":"repository","repository":"main","model":"llama","tag":"stable"}""", "repo://main/llama:stable")]
    [InlineData("\"org/repo\"", "org/repo")]
    public void An_object_shares_its_cache_key_with_the_string_that_says_the_same(string json, string text)
    {
        var parsed = Parse(json).ShouldBeOfType<SourceParseResult.Parsed>();

        parsed.Text.ShouldBe(text);
        parsed.CacheKey.ShouldBe(CacheKey.Of(text));
        ModelSourceParser.Parse(text).ShouldBeOfType<SourceParseResult.Parsed>().Source.ToSourceString().ShouldBe(parsed.Source.ToSourceString());
    }

    [Fact]
    public void The_secret_and_the_mode_are_read_and_are_no_part_of_the_place()
    {
        var parsed = Parse("""{"type":"oci","image":"r/m","mode":"fetch","secretRef":{"name":"pull"}}""").ShouldBeOfType<SourceParseResult.Parsed>();

        parsed.Source.ShouldBe(new ModelSource.Oci("r/m") { Mode = "fetch", SecretName = "pull" });
        parsed.Source.ToString().ShouldNotContain("pull");
    }

    [Theory]
    [InlineData("{}", "type")]
    [InlineData("""{"type":"gopher"}""", "type")]
    [InlineData("""{"type":"local"}""", "path")]
    [InlineData("""{"type":"local","path":7}""", "path")]
    [InlineData("""{"type":"pvc"}""", "claimName,path")]
    [InlineData("""{"type":"s3","bucket":"b","key":"k","secretRef":"s"}""", "secretRef")]
    [InlineData("""{"type":"local","path":"/a","claimName":"x"}""", "claimName")]
    [InlineData("""{"type":"oci","image":"r/m","mode":"maybe"}""", "mode")]
    [InlineData("""{"type":"local","path":"hf://org/repo"}""", "")]
    [InlineData("""{"type":"local","path":"/a/../b"}""", "")]
    [InlineData("7", "")]
    public void Every_field_that_is_wrong_is_named(string json, string fields) =>
        string.Join(',', Parse(json).ShouldBeOfType<SourceParseResult.Invalid>().Findings.Select(finding => finding.Field)).ShouldBe(fields);

    private static SourceParseResult Parse(string json) => ModelSourceObject.Parse(JsonDocument.Parse(json).RootElement);
}
