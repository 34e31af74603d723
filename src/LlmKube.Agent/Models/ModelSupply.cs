using System.Collections.Concurrent;
using LlmKube.Agent.Reports;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Backends;
using LlmKube.Models.Signatures;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Agent.Models;

/// <summary>
/// Brings models to this machine: what is served in place or is in the store is at hand at once; anything else is fetched in the
/// background, each model once, and whoever waits is told when it is there.
/// </summary>
internal sealed class ModelSupply(KubernetesClient client, AgentOptions options, TimeProvider time, CancellationToken stopping)
{
    private static readonly TimeSpan s_healing = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_unhealed = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Fetch> _fetches = new(StringComparer.Ordinal);

    /// <summary>Called with a Model's key when its fetch moved on or ended.</summary>
    public Action<ObjectKey> Changed { get; set; } = static _ => { };

    /// <summary>Where the model is on this machine, or why it is not there yet.</summary>
    public async Task<Supplied> FindAsync(Model model, CancellationToken cancellationToken)
    {
        if (model.Status?.Path is { Length: > 0 } inPlace)
        {
            return new Supplied.Here(inPlace, model.Status.ResolvedRevision);
        }

        if (options.Models is not { } setup || Parse(model) is not { } source || model.Status?.CacheKey is not { Length: > 0 } key)
        {
            return new Supplied.Missing(new Refusal("ModelStoreMissing", $"The Model {model.Metadata.Name} has to be fetched, and this agent has no store to fetch it into."));
        }

        var stored = await setup.Store.FindAsync(key, cancellationToken);
        if (stored?.Has(model.Spec.Sha256) == false)
        {
            // Other bytes than the Model asks for are never served, not even until the right ones are here.
            return new Supplied.Missing(WhyMissing(await FindFetchAsync(setup, model, source, key, refresh: true, cancellationToken), source));
        }

        if (stored is not null && await UnsignedAsync(setup, model, stored, cancellationToken) is { } unsigned)
        {
            return new Supplied.Missing(unsigned);
        }

        if (stored is not null && (stored.Legacy || stored.Revision is null || stored.Revision == model.Status.ResolvedRevision || Defaults.RefreshPolicyOf(model.Spec) != RefreshPolicies.OnChange))
        {
            _fetches.TryRemove(key, out _);
            setup.Store.Touch(stored);
            return Here(setup, stored, model);
        }

        var fetch = await FindFetchAsync(setup, model, source, key, refresh: stored is not null, cancellationToken);

        // The revision before goes on being served while the new one is on its way.
        return stored is not null ? Here(setup, stored, model) : new Supplied.Missing(WhyMissing(fetch, source));
    }

    /// <summary>Why a model that is here is not served: a signature that it has to have, and has not.</summary>
    private async Task<Refusal?> UnsignedAsync(AgentModels setup, Model model, StoredModel stored, CancellationToken cancellationToken)
    {
        var (policy, failure) = await SignatureAsync(model, cancellationToken);
        failure ??= policy is { IsRequired: true } ? await SignatureCheck.FindFaultAsync(setup.Store.Layout, stored, policy, cancellationToken) : null;
        return failure is null ? null : new Refusal(ModelReasons.SignatureRefused, failure.Message);
    }

    private static Supplied Here(AgentModels setup, StoredModel stored, Model model)
    {
        var folder = setup.Store.Layout.ModelFolder(stored.Key);
        if (Defaults.FormatOf(model.Spec) != ModelFormats.Gguf && stored.Files.Count > 1)
        {
            return new Supplied.Here(folder, stored.Revision);
        }

        return ModelEntry.FileOf(stored, model.Spec.Files) is { } file
            ? new Supplied.Here(Path.Combine(folder, file), stored.Revision)
            : new Supplied.Missing(new Refusal(ModelReasons.InvalidFileSet, $"The files of {model.Metadata.Name} hold no GGUF that could be served: {string.Join(", ", stored.Files.Take(8).Select(one => one.Path))}. Name the file in spec.files, or set spec.format."));
    }

    private static SourceParseResult.Parsed? Parse(Model model) =>
        model.Spec.Source is { IsEmpty: false } source ? ModelSourceObject.Parse(source.Value, model.Status?.ResolvedSource, model.Status?.ResolvedSecret) as SourceParseResult.Parsed : null;

    /// <summary>The fetch that goes on, or that failed and is not to be tried again yet; else a new one.</summary>
    private async Task<Fetch> FindFetchAsync(AgentModels setup, Model model, SourceParseResult.Parsed source, string key, bool refresh, CancellationToken cancellationToken)
    {
        if (_fetches.TryGetValue(key, out var known) && known.Failure is null)
        {
            return known;
        }

        var (credentials, missing) = await CredentialsAsync(model, source.Source, cancellationToken);
        var print = credentials is null ? 0 : string.Join('\n', credentials.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}")).GetHashCode(StringComparison.Ordinal);
        if (known is { Failure: not null } && known.Credentials == print && time.GetUtcNow() < known.RetryAt)
        {
            return known;
        }

        var fetch = new Fetch(print);
        if (missing is not null)
        {
            fetch.Fail(missing, time.GetUtcNow());
            return _fetches[key] = fetch;
        }

        if (known is null ? !_fetches.TryAdd(key, fetch) : !_fetches.TryUpdate(key, fetch, known))
        {
            return _fetches.TryGetValue(key, out var other) ? other : fetch;
        }

        var (signature, keyless) = await SignatureAsync(model, cancellationToken);
        if (keyless is not null)
        {
            fetch.Fail(keyless, time.GetUtcNow());
            return fetch;
        }

        var connect = new ConnectOptions { Credentials = credentials!, Include = Files(model), Offline = setup.Offline };
        var request = new FetchRequest(source.Source, source.Text)
        {
            CacheKey = key,
            Connect = signature is null ? connect : SignaturePolicy.With(connect),
            Signature = signature,
            Sha256 = model.Spec.Sha256 is { Length: > 0 } digest ? digest : null,
            Refresh = refresh,
        };
        _ = RunAsync(setup, request, fetch, model.Key());
        return fetch;
    }

    private async Task RunAsync(AgentModels setup, FetchRequest request, Fetch fetch, ObjectKey model)
    {
        await Task.Yield();
        try
        {
            var progress = new FetchReports(fetch, () => Changed(model), time);
            switch (await setup.Fetcher.FetchAsync(request, progress, stopping))
            {
                case FetchResult.Failed failed:
                    fetch.Fail(failed.Failure, time.GetUtcNow());
                    break;
                default:
                    _fetches.TryRemove(request.CacheKey, out _);
                    break;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // Whatever breaks a fetch is told where the model is waited for; the agent goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            fetch.Fail(new ModelFailure(FailureKind.Unavailable, $"Fetching {request.Shown} broke: {e.Message}"), time.GetUtcNow());
        }

        Changed(model);
    }

    private async Task<(IReadOnlyDictionary<string, string>? Credentials, ModelFailure? Missing)> CredentialsAsync(Model model, ModelSource source, CancellationToken cancellationToken)
    {
        if ((source.SecretName ?? model.Spec.SourceSecretRef?.Name) is not { Length: > 0 } name)
        {
            return (new Dictionary<string, string>(StringComparer.Ordinal), null);
        }

        return await SecretEntries.FindAsync(client, new ObjectKey(model.Metadata.Namespace ?? "", name), cancellationToken) is { } entries
            ? (entries, null)
            : (null, new ModelFailure(FailureKind.Unauthorized, $"There is no Secret {name} in namespace {model.Metadata.Namespace} with the credentials of {source}. Create it; the fetch goes on by itself."));
    }

    /// <summary>What the Model asks of its signature; or why that cannot be kept.</summary>
    private async Task<(SignaturePolicy? Policy, ModelFailure? Failure)> SignatureAsync(Model model, CancellationToken cancellationToken)
    {
        if (model.Spec.Verify is not { } verify)
        {
            return (null, null);
        }

        return verify.Keys?.Name is { Length: > 0 } name && await SecretEntries.FindAsync(client, new ObjectKey(model.Metadata.Namespace ?? "", name), cancellationToken) is { } entries
            ? (SignaturePolicy.Of(entries.Values, verify.Policy != VerifyPolicies.Warn), null)
            : (null, new ModelFailure(FailureKind.Unauthorized, $"There is no Secret {verify.Keys?.Name} in namespace {model.Metadata.Namespace} with the keys that spec.verify names. Create it; the fetch goes on by itself."));
    }

    private static IReadOnlyList<string> Files(Model model) =>
        model.Spec.Files is { Count: > 0 } files ? [.. files, .. model.Spec.Mmproj is { Length: > 0 } projector ? [projector] : Array.Empty<string>()] : [];

    private static Refusal WhyMissing(Fetch fetch, SourceParseResult.Parsed source) => fetch.Failure is { } failure
        ? new Refusal(failure.Kind == FailureKind.Corrupt ? ModelReasons.IntegrityCheckFailed : ModelReasons.DownloadFailed, failure.Heals ? $"Fetching {source.Source} is tried again: {failure.Message}" : $"Fetching {source.Source} failed: {failure.Message}") { Waits = failure.Heals }
        : new Refusal(ModelReasons.DownloadStarted, $"The model is being fetched from {source.Source}.") { Waits = true, Progress = fetch.Progress };

    /// <summary>One attempt to fetch a model.</summary>
    internal sealed class Fetch(int credentials)
    {
        private volatile FetchStatus? _progress;
        private volatile ModelFailure? _failure;

        /// <summary>Tells one set of credentials from another.</summary>
        public int Credentials => credentials;

        public DateTimeOffset RetryAt { get; private set; }

        public ModelFailure? Failure => _failure;

        public FetchStatus? Progress
        {
            get => _progress;
            set => _progress = value;
        }

        public void Fail(ModelFailure failure, DateTimeOffset now)
        {
            RetryAt = now + (failure.Heals ? failure.RetryAfter ?? s_healing : s_unhealed);
            _progress = null;
            _failure = failure;
        }
    }
}
