using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using LlmKube.Models.Repositories;

namespace LlmKube.Models.Signatures;

/// <summary>
/// What is signed of a model: an in-toto Statement v1 that lists its files with what they hash to (OpenSSF Model Signing, predicate 1.0).
/// </summary>
internal sealed record SignedStatement
{
    public const string StatementType = "https://in-toto.io/Statement/v1";
    public const string SignaturePredicate = "https://model_signing/signature/v1.0";
    private const string Sha256 = "sha256";
    private const string FilesMethod = "files";

    /// <summary>What a signer leaves out of a model (specification, section 6.2).</summary>
    private static readonly string[] s_ignored = [".git", ".gitattributes", ".github", ".gitignore"];

    [JsonPropertyName("_type")]
    public required string Type { get; init; }

    public required IReadOnlyList<StatementSubject> Subject { get; init; }

    public required string PredicateType { get; init; }

    public required StatementPredicate Predicate { get; init; }

    /// <summary>The statement of these files.</summary>
    public static SignedStatement Of(string name, IEnumerable<VersionFile> files)
    {
        var resources = files.OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => new StatementResource(file.Path, Sha256, file.Sha256)).ToList();
        return new SignedStatement
        {
            Type = StatementType,
            PredicateType = SignaturePredicate,
            Subject = [new StatementSubject(name, new Dictionary<string, string>(StringComparer.Ordinal) { [Sha256] = RootOf(resources) })],
            Predicate = new StatementPredicate(new StatementSerialization(FilesMethod, Sha256, false, [.. s_ignored, ModelSignature.FileName]), resources),
        };
    }

    /// <summary>Null for a text that is no such statement.</summary>
    public static SignedStatement? Read(ReadOnlySpan<byte> json) => JsonOrNull.Read(json, SignatureJson.Default.SignedStatement);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, SignatureJson.Default.SignedStatement);

    /// <summary>What is wrong with the files, measured by the statement; null when they are exactly what was signed.</summary>
    public string? Compare(IReadOnlyList<VersionFile> files)
    {
        if (Type != StatementType || PredicateType != SignaturePredicate || Subject is not [{ Digest: { } digest }])
        {
            return $"its statement is of the kind {PredicateType}, which is not understood. Sign the model with model_signing 1.0 or later, or with llmkube sign";
        }

        var (serialization, resources) = Predicate;
        if (serialization.Method != FilesMethod || serialization.HashType != Sha256)
        {
            return $"it was made over {serialization.Method} with {serialization.HashType}, and only whole files with sha256 are understood. Sign the model so";
        }

        if (digest.GetValueOrDefault(Sha256) != RootOf(resources))
        {
            return "what it says of the whole is not what it says of the files";
        }

        var signed = resources.DistinctBy(resource => resource.Name, StringComparer.Ordinal).ToDictionary(resource => resource.Name, resource => resource.Digest, StringComparer.Ordinal);
        var ignored = (serialization.IgnorePaths ?? []).Concat(s_ignored).Append(ModelSignature.FileName).ToHashSet(StringComparer.Ordinal);
        foreach (var file in files.Where(file => !IsIgnored(file.Path, ignored)))
        {
            // The one file of a model of one file may be signed by the name of no file.
            if (!signed.Remove(file.Path, out var wanted) && !(resources.Count == 1 && signed.Remove(".", out wanted)))
            {
                return $"{file.Path} is not among the files that were signed";
            }

            if (!file.Sha256.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            {
                return $"{file.Path} hashes to {file.Sha256}, and {wanted} was signed";
            }
        }

        return null;
    }

    private static string RootOf(IReadOnlyList<StatementResource> resources)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var resource in resources)
        {
            hash.AppendData(resource.Digest.Length % 2 == 0 && resource.Digest.All(char.IsAsciiHexDigit) ? Convert.FromHexString(resource.Digest) : []);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static bool IsIgnored(string path, HashSet<string> ignored) => ignored.Contains(path) || ignored.Any(one => path.StartsWith(one + "/", StringComparison.Ordinal));
}

/// <summary>The model as a whole.</summary>
internal sealed record StatementSubject(string Name, IReadOnlyDictionary<string, string> Digest);

/// <summary>How the files were listed, and the files.</summary>
internal sealed record StatementPredicate(StatementSerialization Serialization, IReadOnlyList<StatementResource> Resources);

/// <summary>How the files were listed and hashed.</summary>
internal sealed record StatementSerialization(
    string Method,
    [property: JsonPropertyName("hash_type")] string HashType,
    [property: JsonPropertyName("allow_symlinks")] bool AllowSymlinks,
    [property: JsonPropertyName("ignore_paths")] IReadOnlyList<string>? IgnorePaths);

/// <summary>One file.</summary>
internal sealed record StatementResource(string Name, string Algorithm, string Digest);
