using System.Text.Json;
using System.Text.Json.Serialization;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Oci;
using LlmKube.Models.Oci;
using LlmKube.Models.Repositories;

namespace LlmKube.Models.Signatures;

/// <summary>
/// Signatures that a registry keeps with an artifact, as cosign makes them, and the manifests that they sign: all that is needed to verify
/// them without the registry. It lies beside the model's files as <see cref="ModelSignature.FileName"/>.
/// </summary>
internal sealed record AttachedSignatures
{
    public const string Type = "application/vnd.llmkube.attached-signatures.v1+json";

    public string MediaType { get; init; } = Type;

    /// <summary>The manifest whose layers are the model, as base64.</summary>
    public string? Manifest { get; init; }

    /// <summary>The index that led to it, where one did, as base64.</summary>
    public string? Index { get; init; }

    public IReadOnlyList<AttachedSignature> Signatures { get => field ?? []; init; }

    /// <summary>Whether a signature file is of this kind.</summary>
    public static AttachedSignatures? Read(ReadOnlySpan<byte> json) => JsonOrNull.Read(json, AttachedJson.Default.AttachedSignatures) is { MediaType: Type } attached ? attached : null;

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, AttachedJson.Default.AttachedSignatures);

    /// <summary>What is wrong, as the end of a sentence that begins with the model; null when nothing is.</summary>
    /// <param name="files">The model's files with their digests.</param>
    /// <param name="revision">The digest of the manifest that the files came by.</param>
    /// <param name="publicKeysPem">The keys that are trusted.</param>
    public string? Verify(IReadOnlyList<VersionFile> files, string? revision, IReadOnlyList<string> publicKeysPem)
    {
        var bytes = ModelSignature.Bytes(Manifest) ?? [];
        var digest = OciDigest.Of(bytes);
        if (digest != revision || OciJson.ReadManifest(bytes) is not { } manifest)
        {
            return $"has signatures of another artifact, {digest}";
        }

        HashSet<string> subjects = [digest];
        if (ModelSignature.Bytes(Index) is { } index && OciJson.ReadIndex(index)?.Manifests.Any(one => one.Digest == digest) == true)
        {
            subjects.Add(OciDigest.Of(index));
        }

        return !Signatures.Any(signature => publicKeysPem.Any(pem => signature.Subjects(pem).Any(subjects.Contains)))
            ? "is signed by none of the keys that are trusted"
            : Compare(manifest, files) is { } difference ? $"is signed, but {difference}" : null;
    }

    /// <summary>What came in layers of an image was held against their digests when it was unpacked; every other file is a layer.</summary>
    private static string? Compare(OciManifest manifest, IReadOnlyList<VersionFile> files)
    {
        if (manifest.Layers.Any(layer => OciModelFiles.PackingOf(layer) != Packing.None))
        {
            return null;
        }

        var signed = OciModelFiles.Of(manifest).Files.ToLookup(file => file.Path, file => OciDigest.HexOf(file.Layer.Digest), StringComparer.Ordinal);
        return files.Where(file => file.Path != ModelSignature.FileName).Select(file =>
            !signed.Contains(file.Path) ? $"{file.Path} is not among the files that were signed"
            : !signed[file.Path].Contains(file.Sha256, StringComparer.OrdinalIgnoreCase) ? $"{file.Path} hashes to {file.Sha256}, and {signed[file.Path].First()} was signed"
            : null).FirstOrDefault(difference => difference is not null);
    }
}

/// <summary>One signature: of a payload (cosign's simple signing), or in a Sigstore bundle.</summary>
internal sealed record AttachedSignature
{
    /// <summary>What cosign calls what it signs.</summary>
    public const string SimpleSigning = "cosign container image signature";

    private const string CosignPredicate = "https://sigstore.dev/cosign/sign/v1";

    /// <summary>What was signed, as base64.</summary>
    public string? Payload { get; init; }

    /// <summary>The signature of it, as base64.</summary>
    public string? Signature { get; init; }

    public SignatureBundle? Bundle { get; init; }

    /// <summary>The digests of what a key signed; none where it did not, or signed something else.</summary>
    public IEnumerable<string> Subjects(string publicKeyPem)
    {
        if (ModelSignature.Bytes(Payload) is { } payload && ModelSignature.IsSignedBy(publicKeyPem, payload, [Signature]))
        {
            return JsonOrNull.Read(payload, AttachedJson.Default.SimplePayload)?.Critical is { } critical && critical.Type == SimpleSigning && critical.Image?.Digest is { } digest ? [digest] : [];
        }

        return Bundle?.DsseEnvelope is { PayloadType: ModelSignature.PayloadType } envelope && ModelSignature.Bytes(envelope.Payload) is { } statement
            && ModelSignature.IsSignedBy(publicKeyPem, ModelSignature.PreAuthentication(envelope.PayloadType, statement), (envelope.Signatures ?? []).Select(one => one.Sig))
            && JsonOrNull.Read(statement, AttachedJson.Default.CosignStatement) is { } said && said.PredicateType == CosignPredicate
            ? (said.Subject ?? []).Select(one => one.Digest?.GetValueOrDefault("sha256")).OfType<string>().Select(OciDigest.OfHex)
            : [];
    }
}

/// <summary>What cosign signs of an artifact (containers/image, "simple signing").</summary>
internal sealed record SimplePayload(SimpleCritical? Critical, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] JsonElement? Optional);

/// <summary>The part of it that has to hold.</summary>
internal sealed record SimpleCritical(SimpleIdentity? Identity, SimpleImage? Image, string? Type);

/// <summary>What the artifact was called.</summary>
internal sealed record SimpleIdentity([property: JsonPropertyName("docker-reference")] string? Reference);

/// <summary>Which artifact it is.</summary>
internal sealed record SimpleImage([property: JsonPropertyName("docker-manifest-digest")] string? Digest);

/// <summary>What newer versions of cosign sign: an in-toto statement.</summary>
internal sealed record CosignStatement(IReadOnlyList<CosignSubject>? Subject, string? PredicateType);

/// <summary>What it is about.</summary>
internal sealed record CosignSubject(IReadOnlyDictionary<string, string>? Digest);

/// <summary>Reads and writes them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AttachedSignatures))]
[JsonSerializable(typeof(SimplePayload))]
[JsonSerializable(typeof(CosignStatement))]
internal sealed partial class AttachedJson : JsonSerializerContext;
