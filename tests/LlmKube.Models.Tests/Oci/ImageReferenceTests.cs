using System.Net;
using System.Net.Http.Headers;
using LlmKube.Models.Oci;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Oci;

public sealed class ImageReferenceTests
{
    [Theory]
    [InlineData("nginx", "docker.io/library/nginx:latest", "registry-1.docker.io")]
    [InlineData("vllm/vllm-openai:v1", "docker.io/vllm/vllm-openai:v1", "registry-1.docker.io")]
    [InlineData("localhost/a", "localhost/a:latest", "localhost")]
    [InlineData("registry.site:5000/a/b:1", "registry.site:5000/a/b:1", "registry.site:5000")]
    [InlineData("ghcr.io/a/b@sha256:0000000000000000000000000000000000000000000000000000000000000000", "ghcr.io/a/b@sha256:0000000000000000000000000000000000000000000000000000000000000000", "ghcr.io")]
    public void Short_names_are_written_out(string text, string whole, string host)
    {
        var image = ImageReference.Parse(text).ShouldNotBeNull();
        (image.ToString(), image.Host).ShouldBe((whole, host));
    }

    [Theory]
    [InlineData("")]
    [InlineData("UPPER/case")]
    [InlineData("a/b:")]
    [InlineData("a/../b")]
    [InlineData("ghcr.io/a@sha256:00")]
    public void What_is_no_name_is_none(string text) => ImageReference.Parse(text).ShouldBeNull();

    [Fact]
    public void An_image_of_a_mirror_keeps_its_path()
    {
        var image = ImageReference.Parse("ghcr.io/org/app:1").ShouldNotBeNull();
        image.In("registry.site:5000").ToString().ShouldBe("registry.site:5000/org/app:1");
        image.In("registry.site/mirror/").ToString().ShouldBe("registry.site/mirror/org/app:1");
    }

    [Theory]
    [InlineData("""Bearer realm="https://auth.site/token",service="registry.site",scope="repository:a/b:pull,push" """, "https://auth.site/token?service=registry.site&scope=repository%3Aa%2Fb%3Apull%2Cpush")]
    [InlineData("""Bearer realm="https://auth.site/token?x=1",service="s" """, "https://auth.site/token?x=1&service=s&scope=repository%3Ax%3Apull")]
    [InlineData("""Bearer realm="file:///etc/passwd" """, null)]
    public void A_challenge_says_where_tokens_are_given(string header, string? url)
    {
        using var answer = new HttpResponseMessage(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.Add(AuthenticationHeaderValue.Parse(header.Trim()));

        (RegistryChallenge.Of(answer).ShouldNotBeNull().TokenUrl("repository:x:pull")?.AbsoluteUri).ShouldBe(url);
    }
}
