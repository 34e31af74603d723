using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using LlmKube.Models.Repositories;

namespace LlmKube.Models.Signatures;

/// <summary>
/// Signatures of models with a key pair, as the OpenSSF's model signing makes and verifies them: a Sigstore bundle 0.3 with a DSSE envelope,
/// beside the files. Nothing outside is asked.
/// </summary>
public static class ModelSignature
{
    /// <summary>The file beside the model's.</summary>
    public const string FileName = "model.sig";

    /// <summary>More than the list of any model's files takes.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    private const string EncryptedLabel = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
    private static readonly string[] s_cosignLabels = ["-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----", "-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----"];

    /// <summary>As many rounds as OWASP's cheat sheet on passwords asks of PBKDF2 with SHA-256.</summary>
    private static readonly PbeParameters s_encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterationCount: 600_000);

    private const string BundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    internal const string PayloadType = "application/vnd.in-toto+json";

    /// <summary>Signs a model's files.</summary>
    /// <param name="name">What the model is called.</param>
    /// <param name="files">Its files with their digests.</param>
    /// <param name="privateKeyPem">An elliptic key (P-256, P-384 or P-521), unencrypted, as PEM.</param>
    /// <returns>The bundle.</returns>
    /// <exception cref="ArgumentException">It is no such key.</exception>
    public static byte[] Sign(string name, IEnumerable<VersionFile> files, string privateKeyPem)
    {
        using var key = KeyOf(privateKeyPem);
        var payload = SignedStatement.Of(name, files.Where(file => file.Path != FileName)).ToJson();
        var signature = SignBytes(PreAuthentication(PayloadType, payload), key);
        var bundle = new SignatureBundle
        {
            MediaType = BundleType,
            VerificationMaterial = new VerificationMaterial { PublicKey = new PublicKeyHint(HintOf(key)), TlogEntries = [] },
            DsseEnvelope = new DsseEnvelope(Convert.ToBase64String(payload), PayloadType, [new DsseSignature(Convert.ToBase64String(signature), "")]),
        };
        return JsonSerializer.SerializeToUtf8Bytes(bundle, SignatureJson.Default.SignatureBundle);
    }

    /// <summary>The signature of some bytes, as a sequence in DER.</summary>
    /// <exception cref="ArgumentException">It is no such key.</exception>
    internal static byte[] SignBytes(byte[] content, string privateKeyPem)
    {
        using var key = KeyOf(privateKeyPem);
        return SignBytes(content, key);
    }

    private static byte[] SignBytes(byte[] content, ECDsa key) => key.SignData(content, HashOf(key), DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>Verifies a bundle, or what a registry keeps with an artifact, against a model's files.</summary>
    /// <param name="bundle">The bytes of the bundle; null where the model has none.</param>
    /// <param name="files">The model's files with their digests.</param>
    /// <param name="publicKeysPem">The keys that are trusted, each as PEM.</param>
    /// <param name="revision">Of an artifact of a registry, the digest of its manifest.</param>
    /// <returns>What is wrong, as the end of a sentence that begins with the model; null when it is signed by one of the keys, and exactly so.</returns>
    public static string? Verify(ReadOnlySpan<byte> bundle, IReadOnlyList<VersionFile> files, IReadOnlyList<string> publicKeysPem, string? revision = null)
    {
        if (bundle.IsEmpty)
        {
            return $"is not signed: it has no {FileName}";
        }

        if (AttachedSignatures.Read(bundle) is { } attached)
        {
            return attached.Verify(files, revision, publicKeysPem);
        }

        if (JsonOrNull.Read(bundle, SignatureJson.Default.SignatureBundle) is not { DsseEnvelope: { } envelope })
        {
            return $"has a {FileName} that is no Sigstore bundle with an envelope";
        }

        if (envelope.PayloadType != PayloadType || Bytes(envelope.Payload) is not { } payload)
        {
            return $"has a {FileName} whose content is no statement about files";
        }

        var signed = PreAuthentication(PayloadType, payload);
        if (!publicKeysPem.Any(pem => IsSignedBy(pem, signed, (envelope.Signatures ?? []).Select(signature => signature.Sig))))
        {
            return "is signed by none of the keys that are trusted";
        }

        return SignedStatement.Read(payload) is not { } statement
            ? $"has a {FileName} whose statement cannot be read"
            : statement.Compare(files) is { } difference ? $"is signed, but {difference}" : null;
    }

    /// <summary>A new key pair on the curve P-256, as PEM; the private key is encrypted (PKCS #8, AES-256) where there is a password.</summary>
    public static (string PrivateKeyPem, string PublicKeyPem) NewKeys(string? password = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var secret = password is null ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(password, s_encryption);
        return (secret + "\n", key.ExportSubjectPublicKeyInfoPem() + "\n");
    }

    /// <summary>A private key without its password; one that has none is given back as it is.</summary>
    /// <exception cref="ArgumentException">The password is missing or wrong, or the key is encrypted in a way that is not read here.</exception>
    public static string Unlock(string privateKeyPem, string? password)
    {
        if (s_cosignLabels.Any(label => privateKeyPem.Contains(label, StringComparison.Ordinal)))
        {
            throw new ArgumentException("It is encrypted in cosign's own way, which is not read here. \"cosign import-key-pair\" takes keys that both can use.", nameof(privateKeyPem));
        }

        if (!privateKeyPem.Contains(EncryptedLabel, StringComparison.Ordinal))
        {
            return privateKeyPem;
        }

        try
        {
            using var key = ECDsa.Create();
            key.ImportFromEncryptedPem(privateKeyPem, password ?? throw new ArgumentException("It is encrypted, and its password is in no variable.", nameof(password)));
            return key.ExportPkcs8PrivateKeyPem();
        }
        catch (CryptographicException e)
        {
            throw new ArgumentException("Its password is another one, or it is no elliptic key.", nameof(password), e);
        }
    }

    /// <summary>DSSE's pre-authentication encoding (github.com/secure-systems-lab/dsse, protocol).</summary>
    internal static byte[] PreAuthentication(string type, byte[] payload) =>
        [.. Encoding.UTF8.GetBytes($"DSSEv1 {Encoding.UTF8.GetByteCount(type)} {type} {payload.Length} "), .. payload];

    private static ECDsa KeyOf(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new ArgumentException("It is no elliptic key in PEM without a password.", nameof(pem), e);
        }
    }

    /// <summary>Whether one of the signatures, each as base64, is the key's.</summary>
    internal static bool IsSignedBy(string pem, byte[] signed, IEnumerable<string?> signatures)
    {
        try
        {
            using var key = KeyOf(pem);
            return signatures.Any(signature => Bytes(signature) is { } bytes && key.VerifyData(signed, bytes, HashOf(key), DSASignatureFormat.Rfc3279DerSequence));
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static HashAlgorithmName HashOf(ECDsa key) => key.KeySize switch
    {
        <= 256 => HashAlgorithmName.SHA256,
        <= 384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    /// <summary>The SHA-256 of the public key's PEM.</summary>
    private static string HintOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n")));

    /// <summary>Null for a text that is no base64.</summary>
    internal static byte[]? Bytes(string? base64)
    {
        try
        {
            return base64 is null ? null : Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

/// <summary>A Sigstore bundle, as far as key pairs need it.</summary>
internal sealed record SignatureBundle
{
    public string? MediaType { get; init; }

    public VerificationMaterial? VerificationMaterial { get; init; }

    public DsseEnvelope? DsseEnvelope { get; init; }
}

/// <summary>What helps to find the key.</summary>
internal sealed record VerificationMaterial
{
    public PublicKeyHint? PublicKey { get; init; }

    public IReadOnlyList<JsonElement>? TlogEntries { get; init; }
}

/// <summary>Which key it was.</summary>
internal sealed record PublicKeyHint(string? Hint);

/// <summary>A signed content (DSSE 1.0).</summary>
internal sealed record DsseEnvelope(string? Payload, string? PayloadType, IReadOnlyList<DsseSignature>? Signatures);

/// <summary>One signature of it.</summary>
internal sealed record DsseSignature(string? Sig, string? Keyid);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SignatureBundle))]
[JsonSerializable(typeof(SignedStatement))]
internal sealed partial class SignatureJson : JsonSerializerContext;
