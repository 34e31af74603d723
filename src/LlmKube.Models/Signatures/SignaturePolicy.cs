using LlmKube.Models.Backends;

namespace LlmKube.Models.Signatures;

/// <summary>What is asked of a model's signature.</summary>
/// <param name="PublicKeysPem">The keys that are trusted, each as PEM.</param>
/// <param name="IsRequired">Whether a model that is not signed by one of them is refused; else it is only said.</param>
public sealed record SignaturePolicy(IReadOnlyList<string> PublicKeysPem, bool IsRequired)
{
    private const string PublicKeyMark = "-----BEGIN PUBLIC KEY-----";

    /// <summary>The policy whose keys are those entries of a Secret, or files of a folder, that are public keys.</summary>
    public static SignaturePolicy Of(IEnumerable<string> entries, bool isRequired) =>
        new([.. entries.Where(entry => entry.Contains(PublicKeyMark, StringComparison.Ordinal))], isRequired);

    /// <summary>The choice of files with the signature among them, and what a registry keeps as one.</summary>
    public static ConnectOptions With(ConnectOptions connect) =>
        connect with { WantsSignature = true, Include = connect.Include.Count == 0 ? connect.Include : [.. connect.Include, ModelSignature.FileName] };
}
