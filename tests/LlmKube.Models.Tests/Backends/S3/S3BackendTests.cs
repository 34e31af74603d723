using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Backends.S3;
using LlmKube.Models.Sources;
using LlmKube.TestKit.Sites;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Backends.S3;

public sealed class S3BackendTests : IAsyncLifetime
{
    private static readonly (string, string)[] s_keys = [("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "s3cret")];

    private readonly S3Backend _backend = new(new NetworkOptions(), TimeProvider.System);
    private TestSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await TestSite.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_session_token_is_signed_with_the_request()
    {
        _site.Handler = new ServedFile([1, 2, 3]).AnswerAsync;

        await using var session = await _backend.ConnectedAsync(At("models/a.gguf"), BackendProbe.With([.. s_keys, ("AWS_SESSION_TOKEN", "lent"), ("AWS_REGION", "eu-central-1")]));

        var asked = _site.Requests.Single();
        asked.Path.ShouldBe("/bucket/models/a.gguf");
        asked.Headers["x-amz-security-token"].ShouldBe("lent");
        asked.Headers["Authorization"].ShouldContain("/eu-central-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token");
        session.Files.Single().Path.ShouldBe("a.gguf");
    }

    [Fact]
    public async Task A_bucket_for_everybody_is_asked_without_a_signature()
    {
        _site.Handler = new ServedFile([1, 2, 3]).AnswerAsync;

        await using var session = await _backend.ConnectedAsync(At("a.gguf"));

        _site.Requests.Single().Headers.ContainsKey("Authorization").ShouldBeFalse();
    }

    [Theory]
    [InlineData("qvTGHdzF6KLavt4PO0gs2a6pQ00Ki2WI8Y0lmJUxdoY=", null, true)]
    [InlineData("qvTGHdzF6KLavt4PO0gs2a6pQ00Ki2WI8Y0lmJUxdoY=", "COMPOSITE", false)]
    [InlineData("qvTGHdzF6KLavt4PO0gs2a6pQ00Ki2WI8Y0lmJUxdoY=-3", null, false)]
    public async Task A_checksum_of_the_whole_object_is_a_digest_and_one_of_parts_is_not(string checksum, string? type, bool taken)
    {
        _site.Handler = context =>
        {
            context.Response.Headers["x-amz-checksum-sha256"] = checksum;
            context.Response.Headers["x-amz-checksum-type"] = type;
            return new ServedFile([1, 2, 3]).AnswerAsync(context);
        };

        await using var session = await _backend.ConnectedAsync(At("a.gguf"), BackendProbe.With(s_keys));

        (session.Files.Single().Digest is not null).ShouldBe(taken);
        _site.Requests.Single().Headers["x-amz-checksum-mode"].ShouldBe("ENABLED");
    }

    [Fact]
    public async Task A_version_pins_what_is_read()
    {
        _site.Handler = context =>
        {
            context.Response.Headers["x-amz-version-id"] = "v-77";
            return new ServedFile([1, 2, 3]).AnswerAsync(context);
        };

        await using var session = await _backend.ConnectedAsync(At("a.gguf"), BackendProbe.With(s_keys));
        await session.ReadAsync();

        session.Revision.ShouldBe("v-77");
        _site.Requests.Last().Query.ShouldBe("?versionId=v-77");
    }

    [Fact]
    public async Task Another_region_is_asked_there()
    {
        _site.Handler = context =>
        {
            if (context.Request.Headers.Authorization.ToString().Contains("/us-east-1/", StringComparison.Ordinal))
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                context.Response.Headers["x-amz-bucket-region"] = "eu-west-3";
                return Task.CompletedTask;
            }

            return new ServedFile([1, 2, 3]).AnswerAsync(context);
        };

        await using var session = await _backend.ConnectedAsync(At("a.gguf"), BackendProbe.With(s_keys));

        _site.Requests.Last().Headers["Authorization"].ShouldContain("/eu-west-3/");
    }

    [Fact]
    public async Task All_pages_of_a_prefix_are_read()
    {
        _site.Handler = context =>
        {
            if (HttpMethods.IsHead(context.Request.Method))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }

            var second = context.Request.Query.ContainsKey("continuation-token");
            return context.Response.WriteAsync(
                $"""
                <?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>{(second ? "false" : "true")}</IsTruncated>
                <NextContinuationToken>a/b+c=</NextContinuationToken>
                <Contents><Key>m/{(second ? "b.json" : "")}</Key><Size>0</Size></Contents>
                <Contents><Key>m/{(second ? "c&amp;d.json" : "a.json")}</Key><Size>12</Size><ETag>"x-3"</ETag></Contents></ListBucketResult>
                """,
                context.RequestAborted);
        };

        await using var session = await _backend.ConnectedAsync(At("m"), BackendProbe.With(s_keys));

        session.Files.Select(file => file.Path).ShouldBe(["a.json", "b.json", "c&d.json"]);
        _site.Requests.Last().Query.ShouldBe("?continuation-token=a%2Fb%2Bc%3D&list-type=2&prefix=m%2F");
    }

    [Theory]
    [InlineData("NoSuchBucket", 404, FailureKind.NotFound)]
    [InlineData("SignatureDoesNotMatch", 403, FailureKind.Unauthorized)]
    [InlineData("RequestTimeTooSkewed", 403, FailureKind.Unauthorized)]
    [InlineData("AccessDenied", 403, FailureKind.Forbidden)]
    [InlineData("SlowDown", 503, FailureKind.Throttled)]
    public async Task What_the_store_says_is_what_the_person_is_told(string code, int status, FailureKind kind)
    {
        _site.Handler = context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync($"<Error><Code>{code}</Code><Message>because</Message></Error>", context.RequestAborted);
        };

        var failure = await _backend.RefusedAsync(At("folder/"), BackendProbe.With(s_keys));

        failure.Kind.ShouldBe(kind);
        failure.Message.ShouldNotContain("s3cret");
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><ListBucketResult>&a;</ListBucketResult>")]
    [InlineData("<html></html>")]
    [InlineData("not xml")]
    public async Task What_is_no_listing_is_refused(string body)
    {
        _site.Handler = context => context.Response.WriteAsync(body, context.RequestAborted);

        (await _backend.RefusedAsync(At("folder/"), BackendProbe.With(s_keys))).Kind.ShouldBe(FailureKind.Invalid);
    }

    [Theory]
    [InlineData(null, null, "bucket", "https://bucket.s3.us-east-1.amazonaws.com/k")]
    [InlineData(null, null, "my.bucket", "https://s3.us-east-1.amazonaws.com/my.bucket/k")]
    [InlineData("http://minio:9000", null, "bucket", "http://minio:9000/bucket/k")]
    [InlineData("https://ceph.internal/base/", null, "bucket", "https://ceph.internal/base/bucket/k")]
    [InlineData("http://minio:9000", "virtual", "bucket", "http://bucket.minio:9000/k")]
    public void The_bucket_is_addressed_as_its_store_knows_it(string? endpoint, string? addressing, string bucket, string url)
    {
        var (place, _) = S3Place.Of(new ModelSource.S3(bucket, "k") { Endpoint = endpoint, Addressing = addressing }, new Dictionary<string, string>(StringComparer.Ordinal));

        place!.Object("k", null).AbsoluteUri.ShouldBe(url);
    }

    [Fact]
    public async Task A_real_store_gives_files_and_folders_and_refuses_wrong_keys()
    {
        var (server, missing) = await S3Server.StartAsync("models");
        Assert.SkipWhen(server is null, missing ?? "");
        await using var _ = server;
        await HoldsAsync("models", (S3Server.AccessKey, S3Server.SecretKey), server.Url, server.PutAsync, ("AKIAWRONG", "wrong"));
    }

    [Fact]
    public async Task A_real_store_that_checks_signatures_takes_ours()
    {
        var (ceph, missing) = await CephServer.SharedAsync();
        Assert.SkipWhen(ceph is null, missing ?? "");
        var bucket = await ceph.CreateBucketAsync();

        await HoldsAsync(bucket, (CephServer.AccessKey, CephServer.SecretKey), ceph.Url, ceph.PutAsync, (CephServer.AccessKey, "wrong"));
    }

    private async Task HoldsAsync(string bucket, (string Access, string Secret) keys, Uri url, Func<string, string, byte[], Task> putAsync, (string Access, string Secret) others)
    {
        foreach (var key in (string[])["llama/model 1+2.gguf", "llama/ü/config.json"])
        {
            await putAsync(bucket, key, [1, 2, 3, 4]);
        }

        var good = BackendProbe.With(("AWS_ACCESS_KEY_ID", keys.Access), ("AWS_SECRET_ACCESS_KEY", keys.Secret), ("AWS_ENDPOINT_URL", url.AbsoluteUri));
        await using var one = await _backend.ConnectedAsync($"s3://{bucket}/llama/model 1+2.gguf", good);
        (await one.ReadAsync(offset: 1, length: 2)).ShouldBe([2, 3]);
        await using var all = await _backend.ConnectedAsync($"s3://{bucket}/llama", good);
        all.Files.Select(file => file.Path).ShouldBe(["model 1+2.gguf", "ü/config.json"]);
        (await all.ReadAsync("ü/config.json")).ShouldBe([1, 2, 3, 4]);
        var wrong = BackendProbe.With(("AWS_ACCESS_KEY_ID", others.Access), ("AWS_SECRET_ACCESS_KEY", others.Secret), ("AWS_ENDPOINT_URL", url.AbsoluteUri));
        (await _backend.RefusedAsync($"s3://{bucket}/llama/", wrong)).Kind.ShouldBe(FailureKind.Unauthorized);
    }

    private string At(string key) => $"s3://bucket/{key}?endpoint={Uri.EscapeDataString(_site.Url.AbsoluteUri.TrimEnd('/'))}";
}
