using System.Security.Cryptography;
using System.Text;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Local;
using LlmKube.Models.Repositories;
using LlmKube.Models.Signatures;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;
using LlmKube.Models.Transfer;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Repositories;

/// <summary>Signatures of models with a key pair (OpenSSF model signing).</summary>
public sealed class SignatureTests : IDisposable
{
    private static readonly VersionFile[] s_files = [new("b.gguf", 3, Hash("b")), new("a/config.json", 2, Hash("a"))];

    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-signature-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_digest_of_the_whole_is_that_of_the_reference_implementation()
    {
        // sigstore/model-transparency, tests/_signing/testdata/signing/TestPayload/deep_model_folder.
        string[] digests =
        [
            "6efa14bb03544fcb76045c55f25b9315b6eb5be2d8a85f703193a76b7874c6ff", "a9bc149b70b9d325cd68d275d582cfdb98c0347d3ce54590aa6533368daed3d2",
            "5f597e6a92d1324d9adbed43d527926d11d0131487baf315e65ae1ef3b1ca3c0", "eaf677c35fec6b87889d9e4563d8bb65dcb9869ca0225697c9cc44cf49dca008",
        ];

        var statement = SignedStatement.Of("deep_model", digests.Select((digest, i) => new VersionFile($"d0/d1/d2/d3/d4/f{i}", 1, digest)));

        statement.Subject.ShouldHaveSingleItem().Digest["sha256"].ShouldBe("18b5a45fe7983f7194e8ffd96c80f5f0ec53191bf4a32b6aff293f043e816d7a");
    }

    [Fact]
    public void The_encoding_that_is_signed_is_DSSEs() =>
        Encoding.UTF8.GetString(ModelSignature.PreAuthentication("http://example.com/HelloWorld", "hello world"u8.ToArray())).ShouldBe("DSSEv1 29 http://example.com/HelloWorld 11 hello world");

    [Theory]
    [InlineData("nistP256")]
    [InlineData("nistP384")]
    [InlineData("nistP521")]
    public void What_is_signed_is_verified_and_by_no_other_key(string curve)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        var bundle = ModelSignature.Sign("llama", s_files, key.ExportPkcs8PrivateKeyPem());

        ModelSignature.Verify(bundle, s_files, [ModelSignature.NewKeys().PublicKeyPem, key.ExportSubjectPublicKeyInfoPem()]).ShouldBeNull();
        ModelSignature.Verify(bundle, [.. s_files, new VersionFile(ModelSignature.FileName, bundle.Length, Hash("x"))], [key.ExportSubjectPublicKeyInfoPem()]).ShouldBeNull("it does not sign itself");
        ModelSignature.Verify(bundle, s_files, [ModelSignature.NewKeys().PublicKeyPem, "no key"]).ShouldBe("is signed by none of the keys that are trusted");
    }

    [Fact]
    public void Whatever_differs_from_what_was_signed_is_named()
    {
        var (secret, open) = ModelSignature.NewKeys();
        var bundle = ModelSignature.Sign("llama", s_files, secret);

        ModelSignature.Verify([], s_files, [open]).ShouldBe("is not signed: it has no model.sig");
        ModelSignature.Verify("{}"u8, s_files, [open])!.ShouldContain("no Sigstore bundle");
        ModelSignature.Verify(bundle, [s_files[0] with { Sha256 = Hash("other") }, s_files[1]], [open])!.ShouldContain("b.gguf hashes to");
        ModelSignature.Verify(bundle, [.. s_files, new VersionFile("added.py", 1, Hash("added"))], [open]).ShouldBe("is signed, but added.py is not among the files that were signed");
        var altered = Encoding.UTF8.GetString(bundle);
        var payload = altered.Split("\"payload\":\"")[1].Split('"')[0];
        var forged = Convert.ToBase64String(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Convert.FromBase64String(payload)).Replace(s_files[0].Sha256, Hash("evil"), StringComparison.Ordinal)));
        ModelSignature.Verify(Encoding.UTF8.GetBytes(altered.Replace(payload, forged, StringComparison.Ordinal)), s_files, [open]).ShouldBe("is signed by none of the keys that are trusted");
    }

    [Fact]
    public void A_part_of_a_model_that_was_chosen_is_verified_too()
    {
        var (secret, open) = ModelSignature.NewKeys();

        ModelSignature.Verify(ModelSignature.Sign("llama", s_files, secret), [s_files[0]], [open]).ShouldBeNull();
    }

    [Fact]
    public void What_is_no_key_signs_nothing() => Should.Throw<ArgumentException>(() => ModelSignature.Sign("llama", s_files, "no key"));

    [Theory]
    [InlineData("as signed", true, null)]
    [InlineData("altered", true, "hashes to")]
    [InlineData("unsigned", true, "is not signed")]
    [InlineData("unsigned", false, null)]
    public async Task A_fetch_that_requires_a_signature_stores_nothing_else(string state, bool required, string? refusal)
    {
        var (secret, open) = ModelSignature.NewKeys();
        var model = Directory.CreateDirectory(Path.Combine(_folder, "model")).FullName;
        await File.WriteAllTextAsync(Path.Combine(model, "a.gguf"), "weights", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(model, "config.json"), "{}", TestContext.Current.CancellationToken);
        var source = new ModelSource.Local(model);
        if (state != "unsigned")
        {
            var connected = (ConnectResult.Connected)await new LocalBackend(["/"]).ConnectAsync(source, new ConnectOptions(), CancellationToken.None);
            await using var signed = await SignedSession.SignAsync(connected.Session, "model", secret, CancellationToken.None);
            var signature = await RepositoryFiles.ReadAsync(signed, signed.Files.Single(file => file.Path == ModelSignature.FileName), CancellationToken.None);
            await File.WriteAllBytesAsync(Path.Combine(model, ModelSignature.FileName), signature, TestContext.Current.CancellationToken);
        }

        if (state == "altered")
        {
            await File.WriteAllTextAsync(Path.Combine(model, "a.gguf"), "WEIGHTS", TestContext.Current.CancellationToken);
        }

        var store = new ModelStore(new ModelStoreLayout(Path.Combine(_folder, "store")), TimeProvider.System);
        var fetcher = new ModelFetcher(store, [new LocalBackend(["/"])], new TransferEngine(new TransferOptions(), TimeProvider.System), new StoreLimits());
        var request = new FetchRequest(source, model) { Signature = new SignaturePolicy([open], required) };

        // The second time the first one's model would be found, were it there.
        for (var i = 0; i < 2; i++)
        {
            var result = await fetcher.FetchAsync(request, null, CancellationToken.None);
            if (refusal is not null)
            {
                result.ShouldBeOfType<FetchResult.Failed>().Failure.Message.ShouldContain(refusal);
                (await store.FindAsync(request.CacheKey, CancellationToken.None)).ShouldBeNull();
            }
            else
            {
                (result.ShouldBeOfType<FetchResult.Stored>().Unsigned is null).ShouldBe(state == "as signed");
            }
        }

        // One that was stored when nothing was asked is not served when a signature is.
        await fetcher.FetchAsync(request with { Signature = null }, null, CancellationToken.None);
        (await fetcher.FetchAsync(request, null, CancellationToken.None) is FetchResult.Failed).ShouldBe(refusal is not null);
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
