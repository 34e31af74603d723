using LlmKube.Models.Sources;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Sources;

/// <summary>Keys that caches of the existing LLMKube have.</summary>
public sealed class CacheKeyTests
{
    [Theory]
    [InlineData("https://huggingface.co/org/repo/resolve/main/f.gguf", "6d5ba8dc1e59cadc")]
    [InlineData("hf://org/repo", "1f20013f4e0ce003")]
    [InlineData("org/repo", "57b681c5cf8efdc2")]
    [InlineData("s3://b/k/x.gguf", "7cef14be2a2ee051")]
    [InlineData("pvc://c/p.gguf", "0487e305114b7c17")]
    [InlineData("/mnt/m.gguf", "a51091f6f231af49")]
    public void The_key_of_a_source_is_the_one_existing_caches_use(string source, string key) => CacheKey.Of(source).ShouldBe(key);
}
