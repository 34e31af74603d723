using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Models.Formats.Gguf;
using LlmKube.Models.Sources;
using LlmKube.Operator.Pods;
using LlmKube.Operator.Pods.Storage;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;

namespace LlmKube.Operator.Models;

/// <summary>Looks at a model's source. A header is read, and a digest computed, once for each state of a file.</summary>
internal sealed class ModelObserver(OperatorOptions options, RemoteSources remote, Func<ObjectKey, PersistentVolumeClaim?>? findClaim = null)
{
    private const int DigestBufferBytes = 1024 * 1024;

    private readonly ConcurrentDictionary<string, GgufReadResult> _headers = new(StringComparer.Ordinal);

    public async Task<ObservedModel> ObserveAsync(Model model, CancellationToken cancellationToken)
    {
        var parsed = SourceMeaning.Find(model) as SourceParseResult.Parsed;
        return new ObservedModel(model, parsed?.CacheKey, await LookAsync(model, parsed, cancellationToken));
    }

    private async Task<ModelFile> LookAsync(Model model, SourceParseResult.Parsed? parsed, CancellationToken cancellationToken)
    {
        if (ModelValidation.Validate(model, SourceMeaning.Fault) is { Count: > 0 } findings)
        {
            return new ModelFile.Refused(ModelReasons.InvalidSpec, Finding.Summarize(findings));
        }

        if (SignaturePolicies.Asked(model, options.Pods) is { Policy: not VerifyPolicies.Warn } && parsed?.Source is ModelSource.Local or ModelSource.Pvc)
        {
            return new ModelFile.Refused(ModelReasons.SignatureRefused, $"{parsed.Source} is served in place, and a signature is verified of what is fetched. Use a source that is fetched, or ask for none in spec.verify.");
        }

        return parsed?.Source switch
        {
            ModelSource.Local local when options.Pods is { } pods => OnNode(local, pods),
            ModelSource.Pvc claim when findClaim is not null => InClaim(model, claim, findClaim(new ObjectKey(model.Metadata.Namespace ?? "", claim.ClaimName))),
            ModelSource.Local local => await LookAtPathAsync(model, local.Path, options.AllowedHostPathRoots, cancellationToken),
            ModelSource.Pvc claim => await LookIntoClaimAsync(model, claim, cancellationToken),
            { } source when remote.Reaches(source) => await remote.LookAsync(model, parsed, cancellationToken),
            var source => new ModelFile.Refused(ModelReasons.InvalidSource, $"The source {source} is of a kind that this operator cannot reach. Name a path, an http, s3 or hf address, or a claim."),
        };
    }

    private static ModelFile OnNode(ModelSource.Local local, PodSettings pods) => NodePaths.Refuse(local.Path, pods.AllowedHostPathRoots) is { } refusal
        ? new ModelFile.Refused(ModelReasons.SourceNotAllowed, refusal)
        : new ModelFile.Declared(ModelReasons.WorkloadResolved, $"The path {local.Path} is allowed. It is served in place on the nodes that have it.", null);

    private static ModelFile InClaim(Model model, ModelSource.Pvc source, PersistentVolumeClaim? claim)
    {
        var name = source.ClaimName;
        return claim switch
        {
            null => new ModelFile.Refused(ModelReasons.PvcNotFound, $"There is no PersistentVolumeClaim {name} in namespace {model.Metadata.Namespace}. Create it and put {source.Path} into it; the Model goes on by itself."),
            { Status.Phase: "Bound" } => new ModelFile.Declared(ModelReasons.PvcModelReady, $"The claim {name} is bound. {source.Path} is served from it in place.", $"{StoragePlanner.SourceFolder}/{source.Path}"),
            _ => new ModelFile.NotYet(ModelReasons.PvcNotBound, $"The claim {name} is not bound to a volume yet. kubectl describe pvc {name} -n {model.Metadata.Namespace} says why."),
        };
    }

    private async Task<ModelFile> LookIntoClaimAsync(Model model, ModelSource.Pvc claim, CancellationToken cancellationToken)
    {
        var ns = model.Metadata.Namespace ?? "";
        if (options.FindClaimFolder is not { } find)
        {
            return new ModelFile.Refused(ModelReasons.InvalidSource, $"The source {claim} is a claim, and this operator has no storage for claims.");
        }

        return find(ns, claim.ClaimName) is { } folder
            ? await LookAtPathAsync(model, Path.Combine(folder, claim.Path), [folder], cancellationToken)
            : new ModelFile.Refused(ModelReasons.PvcNotFound, $"There is no PersistentVolumeClaim {claim.ClaimName} in namespace {ns}. Create it and put {claim.Path} into it; the Model goes on by itself.");
    }

    private async Task<ModelFile> LookAtPathAsync(Model model, string declared, IReadOnlyList<string> roots, CancellationToken cancellationToken)
    {
        return LocalPaths.Check(declared, roots) switch
        {
            LocalPathResult.Allowed allowed => await ReadAsync(model, allowed.Path, cancellationToken),
            LocalPathResult.NotAllowed refused => new ModelFile.Refused(ModelReasons.SourceNotAllowed, refused.Message),
            LocalPathResult.Missing missing => new ModelFile.Refused(ModelReasons.SourceNotFound, missing.Message),
            LocalPathResult.Failed failed => new ModelFile.Refused(ModelReasons.SourceUnreadable, failed.Message),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private async Task<ModelFile> ReadAsync(Model model, string path, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        var revision = string.Create(CultureInfo.InvariantCulture, $"{file.Length}-{new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeMilliseconds()}");
        GgufStatus? gguf = null;
        if (Defaults.FormatOf(model.Spec) == ModelFormats.Gguf)
        {
            switch (await HeaderOfAsync(path, revision, cancellationToken))
            {
                case GgufReadResult.Failed failed:
                    return new ModelFile.Refused(ModelReasons.InvalidFormat, $"{path}: {failed.Message}");
                case GgufReadResult.Read read:
                    gguf = StoredModelNotes.StatusOf(GgufSummary.Of(read.Header));
                    break;
            }
        }

        var sha256 = await DigestAsync(model, path, revision, cancellationToken);
        return sha256 is not null && !sha256.Equals(model.Spec.Sha256, StringComparison.OrdinalIgnoreCase)
            ? new ModelFile.Refused(
                ModelReasons.IntegrityCheckFailed,
                $"{path} has the SHA-256 {sha256}, and spec.sha256 asks for {model.Spec.Sha256}. It is not served. Get the right file, or correct spec.sha256.")
            : new ModelFile.Found(path, file.Length, revision, gguf, sha256);
    }

    private async Task<GgufReadResult> HeaderOfAsync(string path, string revision, CancellationToken cancellationToken)
    {
        var key = $"{path}\0{revision}";
        if (_headers.TryGetValue(key, out var known))
        {
            return known;
        }

        var result = await GgufReader.ReadFileAsync(path, cancellationToken);

        // A file that is being copied changes: what is known of its earlier states is of no use.
        foreach (var old in _headers.Keys.Where(old => old.StartsWith(path + "\0", StringComparison.Ordinal)))
        {
            _headers.TryRemove(old, out _);
        }

        _headers[key] = result;
        return result;
    }

    /// <summary>The digest where one is asked for. The status remembers it for the file's state, so that a restart does not read the file again.</summary>
    private static async Task<string?> DigestAsync(Model model, string path, string revision, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(model.Spec.Sha256))
        {
            return null;
        }

        if (model.Status is { Sha256: { Length: > 0 } known } status && status.ResolvedRevision == revision && status.Path == path)
        {
            return known;
        }

        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, DigestBufferBytes, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }
}
