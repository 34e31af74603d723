using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Models.Store;

namespace LlmKube.Models.Signatures;

/// <summary>Holds files of this machine against the signature beside them.</summary>
public static class SignatureCheck
{
    /// <summary>What is wrong with the signature of a stored model; null when nothing is.</summary>
    public static Task<ModelFailure?> FindFaultAsync(ModelStoreLayout layout, StoredModel model, SignaturePolicy policy, CancellationToken cancellationToken) => FindFaultAsync(
        policy, model.Source, model.Files.Select(file => new VersionFile(file.Path, file.SizeBytes, file.Sha256 ?? "")), path => layout.ModelFile(model.Key, path)!, cancellationToken);

    /// <summary>What is wrong with the signature of files; null when nothing is, or nothing is asked.</summary>
    /// <param name="policy">What is asked.</param>
    /// <param name="shown">The model, as it may be shown.</param>
    /// <param name="files">The model's files with their digests.</param>
    /// <param name="placeOf">Where a file of it lies.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static async Task<ModelFailure?> FindFaultAsync(SignaturePolicy? policy, string shown, IEnumerable<VersionFile> files, Func<string, string> placeOf, CancellationToken cancellationToken)
    {
        if (policy is null)
        {
            return null;
        }

        VersionFile[] all = [.. files];
        var bundle = Array.Find(all, file => file.Path == ModelSignature.FileName) is { Size: <= ModelSignature.MostBytes } signature ? await File.ReadAllBytesAsync(placeOf(signature.Path), cancellationToken) : [];
        return ModelSignature.Verify(bundle, all, policy.PublicKeysPem) is { } fault
            ? new ModelFailure(FailureKind.Refused, $"{shown} {fault}. {(policy.IsRequired ? "It is not served, because a signature is required." : "It is served all the same, because a signature is only asked for.")}")
            : null;
    }
}
