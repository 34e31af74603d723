using LlmKube.Models.Backends.S3;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Backends.S3;

/// <summary>The examples of "Signature Calculations for the Authorization Header" in the Amazon S3 API reference.</summary>
public sealed class S3SignerTests
{
    private readonly S3Signer _signer = new(
        new S3Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null), "us-east-1", new ManualTime(new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero)));

    [Theory]
    [InlineData("https://examplebucket.s3.amazonaws.com/?lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public void Known_requests_have_their_known_signatures(string url, string signature)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, url);

        _signer.Sign(message);

        message.Headers.GetValues("Authorization").Single().ShouldBe(
            $"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}");
    }

    [Theory]
    [InlineData("a b/c+d", "a%20b/c%2Bd")]
    [InlineData("ü~*'()!", "%C3%BC~%2A%27%28%29%21")]
    public void Keys_are_escaped_as_they_are_signed(string key, string escaped) => S3Signer.Escape(key, keepSlashes: true).ShouldBe(escaped);
}
