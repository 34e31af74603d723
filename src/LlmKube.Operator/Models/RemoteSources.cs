using System.Collections.Concurrent;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Backends;
using LlmKube.Models.Signatures;
using LlmKube.Models.Sources;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Models;

/// <summary>
/// Finds out what is at a source elsewhere: by a HEAD, a listing and the header of the file, never by reading it whole. What was
/// resolved once is not asked for again, except on a cadence whether it changed; what failed is asked for again when its Secret changed.
/// </summary>
internal sealed class RemoteSources(KubernetesClient client, OperatorOptions options, TimeProvider time, Func<string, string, StoredModelNote?>? findNote = null)
{
    private static readonly TimeSpan s_unhealed = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_healing = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<ObjectKey, Failure> _failures = new();

    /// <summary>Whether there is a way to sources of that kind.</summary>
    public bool Reaches(ModelSource source) => options.Backends.Any(backend => backend.Serves(source));

    public async Task<ModelFile> LookAsync(Model model, SourceParseResult.Parsed source, CancellationToken cancellationToken)
    {
        var known = Known(model, source.CacheKey);
        if (known is not null && (time.GetUtcNow() - known.LookedAt < options.DriftInterval || options.Offline))
        {
            return known;
        }

        if (known is null && SignaturePolicies.Asked(model, options.Pods) is null && await FindStoredAsync(model, source.CacheKey, cancellationToken) is { } stored)
        {
            return stored;
        }

        var (credentials, missing) = await CredentialsAsync(model, source.Source, cancellationToken);
        if (credentials is null)
        {
            return known ?? missing!;
        }

        var print = string.Join('\n', credentials.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}")).GetHashCode(StringComparison.Ordinal);
        if (known is null && _failures.TryGetValue(model.Key(), out var failure) && failure.Generation == model.Metadata.Generation && failure.Credentials == print && time.GetUtcNow() < failure.Until)
        {
            return failure.File;
        }

        return await AskAsync(model, source.Source, credentials, known, print, cancellationToken);
    }

    /// <summary>What the status says of an earlier look at this very spec.</summary>
    private static ModelFile.Remote? Known(Model model, string cacheKey) =>
        model.Status is { Phase: ModelPhases.Ready or ModelPhases.Downloading, ResolvedRevision: { Length: > 0 } revision, LastRevalidated: { } at } status
        && status.ObservedGeneration == model.Metadata.Generation && status.CacheKey == cacheKey
            ? new ModelFile.Remote(revision, at)
            {
                SizeBytes = status.SourceContentLength,
                Gguf = status.Gguf,
                Sha256 = status.Sha256,
                ETag = status.SourceETag,
                Files = status.StagedFiles,
                Signature = SignaturePolicies.Known(status),
                ImageRoot = status.ImageRoot,
                Drifted = status.Conditions.IsTrue(ConditionTypes.SourceDrifted),
            }
            : null;

    /// <summary>What is in a store already need not be asked for at its place: neither that of this machine, nor what a claim of the namespace notes.</summary>
    private async Task<ModelFile.Remote?> FindStoredAsync(Model model, string cacheKey, CancellationToken cancellationToken)
    {
        var note = options.Store is { } store && await store.FindAsync(cacheKey, cancellationToken) is { Legacy: false } stored && stored.Has(model.Spec.Sha256)
            ? await StoredModelNotes.OfAsync(store.Layout, stored, model.Spec.Files, cancellationToken)
            : findNote?.Invoke(model.Metadata.Namespace ?? "", cacheKey) is { } noted && (string.IsNullOrEmpty(model.Spec.Sha256) || model.Spec.Sha256.Equals(noted.Sha256, StringComparison.OrdinalIgnoreCase))
                ? noted
                : null;
        return note is null ? null : new ModelFile.Remote(note.Revision ?? "stored", time.GetUtcNow())
        {
            SizeBytes = note.SizeBytes,
            Gguf = Defaults.FormatOf(model.Spec) == ModelFormats.Gguf ? note.Gguf : null,
            Sha256 = note.Sha256,
            Files = note.Files,
        };
    }

    private async Task<(IReadOnlyDictionary<string, string>? Credentials, ModelFile? Missing)> CredentialsAsync(Model model, ModelSource source, CancellationToken cancellationToken)
    {
        if (SourceMeaning.SecretOf(model) is not { } name)
        {
            return (new Dictionary<string, string>(StringComparer.Ordinal), null);
        }

        return await SecretEntries.FindAsync(client, new ObjectKey(model.Metadata.Namespace ?? "", name), cancellationToken) is { } entries
            ? (entries, null)
            : (null, new ModelFile.Refused(ModelReasons.SecretNotFound, $"There is no Secret {name} in namespace {model.Metadata.Namespace} with the credentials of {source}. Create it; the Model goes on by itself."));
    }

    private async Task<ModelFile> AskAsync(
        Model model, ModelSource source, IReadOnlyDictionary<string, string> credentials, ModelFile.Remote? known, int print, CancellationToken cancellationToken)
    {
        var (policy, keyless) = await SignaturePolicies.FindAsync(client, model, options.Pods, cancellationToken);
        if (keyless is not null)
        {
            return keyless;
        }

        var connect = new ConnectOptions { Credentials = credentials, Include = WantedFiles(model), Offline = options.Offline };
        connect = policy is null ? connect : SignaturePolicy.With(connect);
        switch (await options.Backends.First(backend => backend.Serves(source)).ConnectAsync(source, connect, cancellationToken))
        {
            case ConnectResult.Connected { Session: var session }:
                await using (session)
                {
                    _failures.TryRemove(model.Key(), out _);
                    return await DescribeAsync(model, session, policy, known, cancellationToken);
                }

            case ConnectResult.Failed failed when known is null:
                var file = Describe(failed.Failure);
                _failures[model.Key()] = new Failure(model.Metadata.Generation ?? 0, print, time.GetUtcNow() + (failed.Failure.Heals ? failed.Failure.RetryAfter ?? s_healing : s_unhealed), file);
                return file;

            default:
                // A place that cannot be asked takes nothing away; it is asked again at the next cadence.
                return known! with { LookedAt = time.GetUtcNow() };
        }
    }

    private async Task<ModelFile> DescribeAsync(Model model, IModelSession session, SignaturePolicy? policy, ModelFile.Remote? known, CancellationToken cancellationToken)
    {
        if (known is not null && (known.Revision == session.Revision || Defaults.RefreshPolicyOf(model.Spec) != RefreshPolicies.OnChange))
        {
            return known with { LookedAt = time.GetUtcNow(), Drifted = known.Revision != session.Revision };
        }

        var isPacked = session.Files.Any(file => file.Packing != Packing.None);
        var (gguf, wrong) = Defaults.FormatOf(model.Spec) == ModelFormats.Gguf && !isPacked ? await RemoteHeader.ReadAsync(session, cancellationToken) : (null, null);
        var single = session.Files.Count == 1 && !isPacked ? session.Files[0] : null;
        if (model.Spec.Sha256 is { Length: > 0 } asked && single?.Digest is { Algorithm: DigestAlgorithm.Sha256 } announced && !announced.Hex.Equals(asked, StringComparison.OrdinalIgnoreCase))
        {
            return new ModelFile.Refused(
                ModelReasons.IntegrityCheckFailed, $"The source announces {single.Path} with the SHA-256 {announced.Hex}, and spec.sha256 asks for {asked}. It is not fetched. Correct the source or spec.sha256.");
        }

        var signature = policy is null ? null : await SignaturePolicies.JudgeAsync(session, policy, cancellationToken);
        if (signature is { Holds: false } && policy!.IsRequired)
        {
            return new ModelFile.Refused(ModelReasons.SignatureRefused, signature.Message);
        }

        return wrong is not null
            ? new ModelFile.Refused(ModelReasons.InvalidFormat, wrong)
            : new ModelFile.Remote(session.Revision, time.GetUtcNow())
            {
                SizeBytes = session.Files.All(file => file.SizeBytes is not null) ? session.Files.Sum(file => file.SizeBytes) : null,
                Gguf = gguf,
                Sha256 = single?.Digest is { Algorithm: DigestAlgorithm.Sha256 } digest ? digest.Hex : null,
                ETag = single?.Validator,
                Files = session.Paths,
                Signature = signature,
                ImageRoot = session.ImageRoot,
            };
    }

    /// <summary>The files that the spec names; none is the source's own choice.</summary>
    internal static IReadOnlyList<string> WantedFiles(Model model) =>
        model.Spec.Files is { Count: > 0 } files ? [.. files, .. model.Spec.Mmproj is { Length: > 0 } projector ? [projector] : Array.Empty<string>()] : [];

    internal static ModelFile Describe(ModelFailure failure) => failure.Kind switch
    {
        _ when failure.Heals => new ModelFile.Unreachable(failure.Message, failure.RetryAfter is { } after && after > s_healing ? after : s_healing),
        FailureKind.NotFound => new ModelFile.Refused(ModelReasons.SourceNotFound, failure.Message),
        FailureKind.Unauthorized or FailureKind.Forbidden => new ModelFile.Refused(ModelReasons.SourceUnauthorized, failure.Message),
        FailureKind.Refused => new ModelFile.Refused(ModelReasons.SourceNotAllowed, failure.Message),
        FailureKind.Invalid => new ModelFile.Refused(ModelReasons.InvalidSource, failure.Message),
        _ => new ModelFile.Refused(ModelReasons.SourceUnreadable, failure.Message),
    };

    private sealed record Failure(long Generation, int Credentials, DateTimeOffset Until, ModelFile File);
}
