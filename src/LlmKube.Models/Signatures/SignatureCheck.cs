using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Models.Store;

namespace LlmKube.Models.Signatures;

/// <summary>Holds models against their signatures: by what a source announces, and by the files of this machine.</summary>
public static class SignatureCheck
{
    /// <summary>Judges a source by the digests that it announces, before anything else of it is moved.</summary>
    /// <returns>
    /// Whether the model is signed as asked, or null where that cannot be told before it is here; and what is wrong, as the end of a sentence
    /// that begins with the model, or why it cannot be told, as a sentence.
    /// </returns>
    public static async Task<(bool? Holds, string? Fault)> JudgeAsync(IModelSession session, SignaturePolicy policy, CancellationToken cancellationToken)
    {
        byte[] bundle;
        try
        {
            bundle = await ReadAsync(session, cancellationToken);
        }
        catch (RepositoryException)
        {
            return (null, "The signature could not be read just now; it is verified when the model is fetched.");
        }

        if (bundle.Length > 0 && session.Files.Any(file => file.Path != ModelSignature.FileName && file.Digest is not { Algorithm: DigestAlgorithm.Sha256 }))
        {
            return (null, "The source does not announce what its files hash to: the signature is verified when the model is fetched.");
        }

        if (bundle.Length == 0 && session.Files.Any(file => file.Packing != Packing.None))
        {
            return (null, "The signature may be in a layer of the image: it is verified when the model is fetched.");
        }

        VersionFile[] files = [.. session.Files.Select(file => new VersionFile(file.Path, file.SizeBytes ?? 0, file.Digest?.Hex ?? ""))];
        var fault = ModelSignature.Verify(bundle, files, policy.PublicKeysPem, session.Revision);
        return (fault is null, fault);
    }

    /// <summary>The signature of a source; empty where it has none.</summary>
    /// <exception cref="RepositoryException">It could not be read.</exception>
    public static async Task<byte[]> ReadAsync(IModelSession session, CancellationToken cancellationToken) =>
        session.Files.FirstOrDefault(file => file.Path == ModelSignature.FileName) is { SizeBytes: <= ModelSignature.MostBytes } signature ? await RepositoryFiles.ReadAsync(session, signature, cancellationToken) : [];

    /// <summary>What a person is told of a model whose signature is not as asked.</summary>
    internal static ModelFailure Refusal(string shown, string fault, SignaturePolicy policy) => new(
        FailureKind.Refused, $"{shown} {fault}. {(policy.IsRequired ? "It is not served, because a signature is required." : "It is served all the same, because a signature is only asked for.")}");

    /// <summary>What is wrong with the signature of a stored model; null when nothing is.</summary>
    public static Task<ModelFailure?> FindFaultAsync(ModelStoreLayout layout, StoredModel model, SignaturePolicy policy, CancellationToken cancellationToken) => FindFaultAsync(
        policy, model.Source, model.Files.Select(file => new VersionFile(file.Path, file.SizeBytes, file.Sha256 ?? "")), model.Revision, path => layout.ModelFile(model.Key, path)!, cancellationToken);

    /// <summary>What is wrong with the signature of files; null when nothing is, or nothing is asked.</summary>
    /// <param name="policy">What is asked.</param>
    /// <param name="shown">The model, as it may be shown.</param>
    /// <param name="files">The model's files with their digests.</param>
    /// <param name="revision">The revision of the source that they came by.</param>
    /// <param name="placeOf">Where a file of it lies.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static async Task<ModelFailure?> FindFaultAsync(SignaturePolicy? policy, string shown, IEnumerable<VersionFile> files, string? revision, Func<string, string> placeOf, CancellationToken cancellationToken)
    {
        if (policy is null)
        {
            return null;
        }

        VersionFile[] all = [.. files];
        var bundle = Array.Find(all, file => file.Path == ModelSignature.FileName) is { Size: <= ModelSignature.MostBytes } signature ? await File.ReadAllBytesAsync(placeOf(signature.Path), cancellationToken) : [];
        return ModelSignature.Verify(bundle, all, policy.PublicKeysPem, revision) is { } fault ? Refusal(shown, fault, policy) : null;
    }
}
