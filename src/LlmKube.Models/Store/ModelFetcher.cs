using LlmKube.Models.Backends;
using LlmKube.Models.Oci;
using LlmKube.Models.Repositories;
using LlmKube.Models.Signatures;
using LlmKube.Models.Sources;
using LlmKube.Models.Transfer;

namespace LlmKube.Models.Store;

/// <summary>
/// Brings a model into the store, once: what is there is not asked for again, one writer works while the others wait for him, bytes
/// that the store has under another name are not moved, and what arrives is published whole.
/// </summary>
public sealed class ModelFetcher(ModelStore store, IReadOnlyList<IModelBackend> backends, TransferEngine engine, StoreLimits limits)
{
    private const int MostRevisions = 3;

    /// <summary>Fetches what <paramref name="request"/> asks for, or finds that it is there.</summary>
    public async Task<FetchResult> FetchAsync(FetchRequest request, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            if (await FindAsync(request, cancellationToken) is { } cached)
            {
                return cached;
            }

            await using var held = await store.LockAsync(request.CacheKey, request.Waiting, cancellationToken);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, held.Lost);
            try
            {
                store.Recover(request.CacheKey);
                return await FindAsync(request, either.Token) ?? await MoveAsync(request, progress, either.Token);
            }
            catch (OperationCanceledException) when (held.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                return new FetchResult.Failed(new ModelFailure(
                    FailureKind.Busy, $"another process took over the store's lock for {request.Shown} while this one stood still; its transfer goes on there."));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FetchResult.Failed(StoreFailures.From(e, store.Layout.Root));
        }
    }

    private async Task<FetchResult?> FindAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        if (request.Refresh || await store.FindAsync(request.CacheKey, cancellationToken) is not { } model)
        {
            return null;
        }

        if (request.Sha256 is { } wanted && !await HasDigestAsync(model, wanted, cancellationToken))
        {
            return null;
        }

        var unsigned = request.Signature is { } policy ? await SignatureCheck.FindFaultAsync(store.Layout, model, policy, cancellationToken) : null;
        if (unsigned is not null && request.Signature!.IsRequired)
        {
            // A registry may have got a signature since: it is looked for, and what is stored is not moved again.
            return request.Source is ModelSource.Oci && !request.Connect.Offline ? null : new FetchResult.Failed(unsigned);
        }

        store.Touch(model);
        return new FetchResult.Stored(model, 0) { Unsigned = unsigned };
    }

    private async Task<FetchResult> MoveAsync(FetchRequest request, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        if (backends.FirstOrDefault(backend => backend.Serves(request.Source)) is not { } backend)
        {
            return new FetchResult.Failed(new ModelFailure(FailureKind.Invalid, $"nothing here can fetch {request.Shown}: its kind of source moves no bytes."));
        }

        for (var attempt = 1; ; attempt++)
        {
            var result = await MoveOnceAsync(backend, request, progress, cancellationToken);

            // A place that changes while it is read is read anew, at the revision that it has by then.
            if (result is not FetchResult.Failed { Failure.Kind: FailureKind.Changed } || attempt == MostRevisions)
            {
                return result;
            }
        }
    }

    private async Task<FetchResult> MoveOnceAsync(IModelBackend backend, FetchRequest request, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        switch (await backend.ConnectAsync(request.Source, request.Connect, cancellationToken))
        {
            case ConnectResult.Failed failed:
                return await FallBackAsync(request, failed.Failure, cancellationToken);
            case ConnectResult.Connected connected:
                await using (connected.Session)
                {
                    return await FetchAsync(request, connected.Session, progress, cancellationToken);
                }

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>A place that cannot be reached never takes away what is here: a refresh that fails leaves the stored revision in use.</summary>
    private async Task<FetchResult> FallBackAsync(FetchRequest request, ModelFailure failure, CancellationToken cancellationToken) =>
        request.Refresh && failure.Kind is FailureKind.Unavailable or FailureKind.Throttled or FailureKind.Offline
        && await store.FindAsync(request.CacheKey, cancellationToken) is { } model
            ? new FetchResult.Stored(model, 0) { NotRefreshed = failure }
            : new FetchResult.Failed(failure);

    private async Task<FetchResult> FetchAsync(FetchRequest request, IModelSession session, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(request.CacheKey, cancellationToken) is { Legacy: false } stored && stored.Revision == session.Revision && request.Sha256 is null
            && (request.Signature is null || await SignatureCheck.FindFaultAsync(store.Layout, stored, request.Signature, cancellationToken) is null))
        {
            store.Touch(stored);
            return new FetchResult.Stored(stored, 0);
        }

        if ((FileNames.Refuse(session.Files) ?? Mismatch(request, session) ?? await UnsignedAsync(request, session, cancellationToken)) is { } refused)
        {
            return new FetchResult.Failed(refused);
        }

        var missing = new MissingFiles(session, store);
        var done = new TransferResult.Done([], 0);
        if (missing.Files.Count > 0)
        {
            var space = new StoreSpace(store, limits);
            var result = await engine.RunAsync(
                missing, store.Layout.PartialFolder(request.CacheKey), (bytes, token) => space.MakeRoomAsync(request.CacheKey, bytes, token), progress, cancellationToken);
            if (result is TransferResult.Failed failed)
            {
                return new FetchResult.Failed(failed.Failure);
            }

            done = (TransferResult.Done)result;
        }

        var (arrived, spoilt) = await UnpackAsync(request, session, done.Files, cancellationToken);
        if (spoilt is not null)
        {
            return new FetchResult.Failed(spoilt);
        }

        FetchedFile[] files = [.. arrived.Concat(missing.AlreadyHere()).OrderBy(file => file.Path, StringComparer.Ordinal)];
        return await PublishAsync(request, session.Revision, files, done.BytesMoved, cancellationToken);
    }

    /// <summary>The files of a model that came in layers of an image; what came as it is, as it is.</summary>
    private async Task<(IReadOnlyList<FetchedFile> Files, ModelFailure? Failure)> UnpackAsync(FetchRequest request, IModelSession session, IReadOnlyList<FetchedFile> arrived, CancellationToken cancellationToken)
    {
        if (session.Files.All(file => file.Packing == Packing.None))
        {
            return (arrived, null);
        }

        var folder = Path.Combine(store.Layout.PartialFolder(request.CacheKey), "unpacked");
        ModelStore.DeleteFolder(folder);
        var packings = session.Files.ToDictionary(file => file.Path, file => file.Packing, StringComparer.Ordinal);
        var (files, failure) = await LayerUnpacker.UnpackAsync(
            [.. arrived.OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => (file, packings[file.Path]))], folder, path => FilePatterns.Chooses(request.Connect, path), cancellationToken);
        if (failure is null)
        {
            return (files, null);
        }

        ModelStore.DeleteFolder(store.Layout.PartialFolder(request.CacheKey));
        return ([], failure with { Message = $"{request.Shown}: {failure.Message}" });
    }

    /// <summary>Holds what arrived against what was asked for, and lets it be served.</summary>
    private async Task<FetchResult> PublishAsync(FetchRequest request, string revision, FetchedFile[] files, long bytesMoved, CancellationToken cancellationToken)
    {
        if (request.Sha256 is { } wanted && files.All(file => !file.Sha256.Equals(wanted, StringComparison.OrdinalIgnoreCase)))
        {
            // Whole and yet not what was wanted: an attempt that went on with these bytes would end here again.
            ModelStore.DeleteFolder(store.Layout.PartialFolder(request.CacheKey));
            return new FetchResult.Failed(new ModelFailure(
                FailureKind.Corrupt,
                $"{request.Shown} was fetched, and its SHA-256 is {string.Join(", ", files.Select(file => file.Sha256))}, not {wanted} as asked for. Nothing was stored. Check the digest, or the source."));
        }

        if (await FileSets.CheckAsync(files, PlaceOf, request.Shown, cancellationToken) is { } incomplete)
        {
            return new FetchResult.Failed(incomplete);
        }

        var unsigned = await SignatureCheck.FindFaultAsync(
            request.Signature, request.Shown, files.Select(file => new VersionFile(file.Path, file.SizeBytes, file.Sha256)), revision, path => PlaceOf(files.First(file => file.Path == path)), cancellationToken);

        // What arrived is kept for the next attempt: a signature may be put beside it, or a key trusted.
        return unsigned is not null && request.Signature!.IsRequired
            ? new FetchResult.Failed(unsigned)
            : new FetchResult.Stored(store.Publish(request.CacheKey, request.SourceText, revision, files), bytesMoved) { Unsigned = unsigned };

        string PlaceOf(FetchedFile file) => file.LocalPath.Length > 0 ? file.LocalPath : store.Layout.Blob(file.Sha256);
    }

    /// <summary>Tells before the first byte that a signature that is required is not there.</summary>
    private static async Task<ModelFailure?> UnsignedAsync(FetchRequest request, IModelSession session, CancellationToken cancellationToken) =>
        request.Signature is { IsRequired: true } policy && await SignatureCheck.JudgeAsync(session, policy, cancellationToken) is (false, { } fault) ? SignatureCheck.Refusal(request.Shown, fault, policy) : null;

    /// <summary>Tells before the first byte that the place announces other bytes than those asked for.</summary>
    private static ModelFailure? Mismatch(FetchRequest request, IModelSession session)
    {
        if (request.Sha256 is not { } wanted || session.Files.Any(file => file.Digest is not { Algorithm: DigestAlgorithm.Sha256 } digest || digest.Hex.Equals(wanted, StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        return new ModelFailure(
            FailureKind.Corrupt,
            $"{request.Shown} announces the SHA-256 {string.Join(", ", session.Files.Select(file => file.Digest!.Hex))}, not {wanted} as asked for. Nothing was fetched. Check the digest, or the source.");
    }

    private async Task<bool> HasDigestAsync(StoredModel model, string wanted, CancellationToken cancellationToken)
    {
        foreach (var file in model.Files)
        {
            var digest = file.Sha256 ?? await StoreVerifier.HashAsync(store.Layout.ModelFile(model.Key, file.Path)!, null, cancellationToken);
            if (digest.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
