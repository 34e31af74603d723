using LlmKube.Models.Oci;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Oci;

/// <summary>Where artifacts of registries are read instead.</summary>
public sealed class RegistryMirrorsTests
{
    [Theory]
    [InlineData("docker.io/ai/llama:1", "registry.site/hub/ai/llama:1")]
    [InlineData("ai/llama:1", "registry.site/hub/ai/llama:1")]
    [InlineData("quay.io/models/llama@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "site:5000/llama@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("quay.io/models-of-others/llama:1", "quay.io/models-of-others/llama:1")]
    [InlineData("quay.io/llama:1", "quay.io/llama:1")]
    public void The_longest_rule_that_holds_says_where(string image, string expected) =>
        RegistryMirrors.Parse("docker.io=registry.site/hub, docker.io/library=registry.site/library/, quay.io/models=site:5000").Resolve(ImageReference.Parse(image)!).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("docker.io")]
    [InlineData("=registry.site")]
    [InlineData("docker.io=")]
    [InlineData("docker.io=UPPER/x")]
    [InlineData("docker.io=a=b")]
    public void What_is_no_rule_is_named(string text) => Should.Throw<FormatException>(() => RegistryMirrors.Parse("quay.io=site," + text)).Message.ShouldContain(text.Split(',')[0]);

    [Fact]
    public void Rules_are_written_as_they_are_read() => RegistryMirrors.Parse(RegistryMirrors.Parse("a.io=b.io/c,a.io/long=d.io").ToString()).ToString().ShouldBe("a.io/long=d.io,a.io=b.io/c");
}
