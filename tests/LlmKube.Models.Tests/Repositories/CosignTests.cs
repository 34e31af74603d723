using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Local;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Backends.Oci;
using LlmKube.Models.Oci;
using LlmKube.Models.Repositories;
using LlmKube.Models.Signatures;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;
using LlmKube.Models.Transfer;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Repositories;

/// <summary>Signatures that a registry keeps with an artifact, as cosign makes them.</summary>
public sealed class CosignTests : IDisposable
{
    /// <summary>A manifest, what is said of it, and the signature of that, made by <c>openssl dgst -sha256 -sign</c>.</summary>
    private const string Manifest = """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[{"mediaType":"application/vnd.docker.ai.gguf.v3","digest":"sha256:c4c6ea4bf5a2d3a7a6c4a2ae5b6f8d7e3c2c6bcd8aa5b2a7ac3d2b8f5ad2d9a1","size":7}]}""";
    private const string Payload = """{"critical":{"identity":{"docker-reference":"registry.site/models/llama"},"image":{"docker-manifest-digest":"sha256:dc7b0cc99a190761da48ac2cfd149d3cade84ea8cff7031f9be785874123fe09"},"type":"cosign container image signature"},"optional":null}""";
    private const string Signed = "MEUCIQD7NuZ/Yi40uwnewfMgoTGNI37iEnHJ9pI1bhnci6clvQIgH95JavcboJovo3qfPBmKmXfs74ZnoEZ9Pc1fqeg8Zb0=";
    private const string PublicKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEM0r+4bNwCVvwPNdxG8TwQ68n8PSH
        kEP+Fb/hbFZvX4OgiDhQBZQgS7vFAiWqaQcEMYFT4RGnb2lYNbqj0fJQ2A==
        -----END PUBLIC KEY-----
        """;

    private static readonly VersionFile s_file = new("model.gguf", 7, "c4c6ea4bf5a2d3a7a6c4a2ae5b6f8d7e3c2c6bcd8aa5b2a7ac3d2b8f5ad2d9a1");

    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-cosign-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_signature_is_verified_against_the_manifest_and_the_files_that_it_names()
    {
        var attached = new AttachedSignatures { Manifest = Base64(Manifest), Signatures = [new AttachedSignature { Payload = Base64(Payload), Signature = Signed }] }.ToJson();
        var revision = OciDigest.Of(Encoding.UTF8.GetBytes(Manifest));

        ModelSignature.Verify(attached, [s_file], [ModelSignature.NewKeys().PublicKeyPem, PublicKey], revision).ShouldBeNull();
        ModelSignature.Verify(attached, [s_file], [ModelSignature.NewKeys().PublicKeyPem], revision).ShouldBe("is signed by none of the keys that are trusted");
        ModelSignature.Verify(attached, [s_file with { Sha256 = new string('0', 64) }], [PublicKey], revision)!.ShouldContain("model.gguf hashes to 0000");
        ModelSignature.Verify(attached, [s_file, new VersionFile("added.py", 1, s_file.Sha256)], [PublicKey], revision).ShouldBe("is signed, but added.py is not among the files that were signed");
        ModelSignature.Verify(attached, [s_file], [PublicKey], OciDigest.Of("another"u8))!.ShouldContain("signatures of another artifact");
        ModelSignature.Verify(attached, [s_file], [PublicKey])!.ShouldContain("signatures of another artifact");
    }

    [Fact]
    public void What_was_signed_of_something_else_or_as_something_else_does_not_count()
    {
        var (secret, open) = ModelSignature.NewKeys();
        foreach (var payload in new[] { Payload.Replace("dc7b0cc9", "dc7b0cc8", StringComparison.Ordinal), Payload.Replace("cosign container", "some other", StringComparison.Ordinal), "{}", "no json" })
        {
            var signature = Convert.ToBase64String(ModelSignature.SignBytes(Encoding.UTF8.GetBytes(payload), secret));
            var attached = new AttachedSignatures { Manifest = Base64(Manifest), Signatures = [new AttachedSignature { Payload = Base64(payload), Signature = signature }] }.ToJson();

            ModelSignature.Verify(attached, [s_file], [open], OciDigest.Of(Encoding.UTF8.GetBytes(Manifest))).ShouldBe("is signed by none of the keys that are trusted", payload);
        }
    }

    [Theory]
    [InlineData(ArtifactFormat.ModelPack)]
    [InlineData(ArtifactFormat.Image)]
    public async Task What_is_signed_in_a_registry_is_fetched_and_what_is_not_is_refused_before_it_is_moved(ArtifactFormat format)
    {
        var (registry, missing) = await RegistryServer.StartAsync(Checkout.Root);
        Assert.SkipWhen(registry is null, missing ?? "");
        await using var _ = registry;
        var (secret, open) = ModelSignature.NewKeys();
        var image = ImageReference.Parse($"{registry!.Host}/models/llama:1")!;
        await PushAsync(registry, image, "weights", format);
        (await FetchAsync(image, open, "unsigned")).ShouldBeOfType<FetchResult.Failed>().Failure.Message.ShouldContain("is not signed");

        using (var client = ClientOf(registry, image))
        {
            await CosignSignatures.SignAsync(client, image, ModelSignature.NewKeys().PrivateKeyPem, CancellationToken.None);
            await CosignSignatures.SignAsync(client, image, secret, CancellationToken.None);
        }

        // A store that refused it takes it once it is signed, and knows without the registry that it is.
        var stored = (await FetchAsync(image, open, "unsigned")).ShouldBeOfType<FetchResult.Stored>();
        stored.Model.Files.Select(file => file.Path).ShouldBe(["llama.gguf", ModelSignature.FileName]);
        (await FetchAsync(image, open, "unsigned", offline: true)).ShouldBeOfType<FetchResult.Stored>().Unsigned.ShouldBeNull();
        (await FetchAsync(image, ModelSignature.NewKeys().PublicKeyPem, "foreign")).ShouldBeOfType<FetchResult.Failed>().Failure.Message.ShouldContain("none of the keys");

        // Another one under the same tag has no signature, whatever is said of the one before.
        await PushAsync(registry, image, "OTHER weights", format);
        (await FetchAsync(image, open, "other")).ShouldBeOfType<FetchResult.Failed>().Failure.Message.ShouldContain("is not signed");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Signatures_that_refer_to_an_artifact_are_found_whether_the_registry_lists_them_or_a_tag_does(bool listed)
    {
        var (secret, open) = ModelSignature.NewKeys();
        var digest = OciDigest.Of(Encoding.UTF8.GetBytes(Manifest));
        var statement = $$$"""{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"{{{digest[7..]}}}"}}],"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}""";
        var signature = ModelSignature.SignBytes(ModelSignature.PreAuthentication("application/vnd.in-toto+json", Encoding.UTF8.GetBytes(statement)), secret);
        var bundle = $$$"""{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"x"}},"dsseEnvelope":{"payload":"{{{Base64(statement)}}}","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"{{{Convert.ToBase64String(signature)}}}"}]}}""";
        var artifact = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = OciMediaTypes.Manifest,
            ["artifactType"] = "application/vnd.dev.sigstore.bundle.v0.3+json",
            ["config"] = Descriptor("application/vnd.oci.empty.v1+json", "{}"),
            ["layers"] = new JsonArray(Descriptor("application/vnd.dev.sigstore.bundle.v0.3+json", bundle)),
            ["subject"] = Descriptor(OciMediaTypes.Manifest, Manifest),
        }.ToJsonString();
        var referrer = Descriptor(OciMediaTypes.Manifest, artifact);
        referrer["artifactType"] = "application/vnd.dev.sigstore.bundle.v0.3+json";
        var index = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = OciMediaTypes.Index, ["manifests"] = new JsonArray(referrer) }.ToJsonString();
        var answers = new Dictionary<string, (string Type, string Text)>(StringComparer.Ordinal)
        {
            ["manifests/1"] = (OciMediaTypes.Manifest, Manifest),
            [listed ? $"referrers/{digest}" : $"manifests/sha256-{digest[7..]}"] = (OciMediaTypes.Index, index),
            [$"manifests/{OciDigest.Of(Encoding.UTF8.GetBytes(artifact))}"] = (OciMediaTypes.Manifest, artifact),
            [$"blobs/{OciDigest.Of(Encoding.UTF8.GetBytes(bundle))}"] = ("application/octet-stream", bundle),
        };
        await using var site = await TestSite.StartAsync(context =>
        {
            var found = answers.TryGetValue(context.Request.Path.Value!["/v2/models/llama/".Length..], out var answer);
            context.Response.StatusCode = found ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
            context.Response.ContentType = answer.Type;
            return context.Response.WriteAsync(answer.Text ?? "", context.RequestAborted);
        });

        var source = new ModelSource.Oci($"{site.Url.Authority}/models/llama:1");
        var connected = await new OciBackend(new NetworkOptions(), TimeProvider.System).ConnectAsync(source, SignaturePolicy.With(new ConnectOptions { Credentials = Plain }), CancellationToken.None);
        await using var session = connected.ShouldBeOfType<ConnectResult.Connected>().Session;

        (await SignatureCheck.JudgeAsync(session, new SignaturePolicy([open], IsRequired: true), CancellationToken.None)).ShouldBe((true, null));
        (await SignatureCheck.JudgeAsync(session, new SignaturePolicy([PublicKey], IsRequired: true), CancellationToken.None)).Holds.ShouldBe(false);
    }

    private static Dictionary<string, string> Plain => new(StringComparer.Ordinal) { ["insecure"] = "true" };

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static JsonObject Descriptor(string type, string content) => new()
    {
        ["mediaType"] = type,
        ["digest"] = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}",
        ["size"] = Encoding.UTF8.GetByteCount(content),
    };

    private static RegistryClient ClientOf(RegistryServer registry, ImageReference image) =>
        RegistryClient.Create(image, new RegistryOptions { Credentials = RegistryCredentials.None.With(registry.Host, RegistryServer.User, RegistryServer.Password) }, TimeProvider.System).Client!;

    private async Task PushAsync(RegistryServer registry, ImageReference image, string content, ArtifactFormat format)
    {
        var model = Directory.CreateDirectory(Path.Combine(_folder, "model")).FullName;
        await File.WriteAllTextAsync(Path.Combine(model, "llama.gguf"), content, TestContext.Current.CancellationToken);
        var connected = (ConnectResult.Connected)await new LocalBackend(["/"]).ConnectAsync(new ModelSource.Local(model), new ConnectOptions(), CancellationToken.None);
        await using var session = connected.Session;
        using var client = ClientOf(registry, image);
        await new ArtifactPusher(client).PushAsync(session, new ModelPackDescription { Files = [], Name = "llama" }, format, default, image.Tag!, null, CancellationToken.None);
    }

    private async Task<FetchResult> FetchAsync(ImageReference image, string publicKey, string store, bool offline = false)
    {
        var into = new ModelStore(new ModelStoreLayout(Path.Combine(_folder, store)), TimeProvider.System);
        var fetcher = new ModelFetcher(into, [new OciBackend(new NetworkOptions(), TimeProvider.System)], new TransferEngine(new TransferOptions(), TimeProvider.System), new StoreLimits());
        var credentials = new Dictionary<string, string>(StringComparer.Ordinal) { ["username"] = RegistryServer.User, ["password"] = RegistryServer.Password };
        var request = new FetchRequest(new ModelSource.Oci(image.ToString()), $"oci://{image}")
        {
            Signature = new SignaturePolicy([publicKey], IsRequired: true),
            Connect = SignaturePolicy.With(new ConnectOptions { Credentials = credentials, Offline = offline }),
        };
        return await fetcher.FetchAsync(request, null, CancellationToken.None);
    }
}
