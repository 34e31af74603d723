using LlmKube.Models.Catalog;
using LlmKube.Models.Sources;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Catalog;

public sealed class ModelCatalogTests
{
    [Fact]
    public void The_product_s_entries_are_those_of_the_existing_LLMKube_and_make_sense()
    {
        var entries = ModelCatalog.BuiltIn().Entries;

        entries.Count.ShouldBe(17);
        entries.ShouldContain(entry => entry.Id == "llama-3.1-8b");
        foreach (var entry in entries)
        {
            ModelSourceParser.Parse(entry.Source).ShouldBeOfType<SourceParseResult.Parsed>();
            entry.ContextSize!.Value.ShouldBeLessThanOrEqualTo(32768, $"{entry.Id} would not fit into {entry.Resources.Memory}");
        }
    }

    [Fact]
    public void A_site_adds_replaces_and_points_everything_at_its_mirror()
    {
        var (catalog, problem) = ModelCatalog.BuiltIn().With(
            """
            { "rewrite": [{ "from": "https://huggingface.co/", "to": "https://mirror.internal/hf/" }],
              "models": { "house": { "name": "House", "source": "s3://models/house.gguf" }, "phi-4-mini": { "name": "Ours", "source": "https://huggingface.co/a/b/resolve/main/c.gguf" } } }
            """);

        problem.ShouldBeNull();
        catalog!.Entries.Count.ShouldBe(18);
        catalog.Find("house")!.Tags.ShouldBeEmpty();
        catalog.Find("phi-4-mini")!.Source.ShouldBe("https://mirror.internal/hf/a/b/resolve/main/c.gguf");
        catalog.Entries.ShouldAllBe(entry => !entry.Source.Contains("huggingface.co", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{ "modelz": {} }""", "'modelz'")]
    [InlineData("""{ "models": { "a": { "name": "A", "source": "s3://b/c", "contextsize": 3 } } }""", "'contextsize'")]
    [InlineData("""{ "models": { "a": { "name": "A" } } }""", "name and a source")]
    [InlineData("""{ "models": { "Not Good": { "name": "A", "source": "s3://b/c" } } }""", "'Not Good' is no id")]
    [InlineData("""{ "models": { "a": { "name": "A", "source": "ftp://b" } } }""", "source of a")]
    [InlineData("null", "empty")]
    [InlineData("[]", "not of the kind")]
    public void What_is_wrong_with_a_site_s_file_is_said(string json, string said) => ModelCatalog.BuiltIn().With(json).Problem!.ShouldContain(said);

    [Theory]
    [InlineData("llama-3.1", "llama-3.1-8b")]
    [InlineData("qwen-2.5-coder", "qwen-2.5-coder-32b")]
    [InlineData("zzz", null)]
    public void What_was_most_likely_meant_is_found(string id, string? near) => ModelCatalog.BuiltIn().Nearest(id).ShouldBe(near);
}
