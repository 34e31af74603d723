using LlmKube.Models.Backends.Http;
using LlmKube.Models.Backends.Local;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Backends.HuggingFace;

/// <summary>Reaches repositories of the Hugging Face Hub or of a mirror, pinned to a commit.</summary>
public sealed class HuggingFaceBackend(NetworkOptions network, HuggingFaceOptions hub, TimeProvider time) : IModelBackend
{
    private const string DefaultBranch = "main";

    public bool Serves(ModelSource source) => source is ModelSource.HuggingFace;

    public async Task<ConnectResult> ConnectAsync(ModelSource source, ConnectOptions options, CancellationToken cancellationToken)
    {
        var wanted = (ModelSource.HuggingFace)source;
        if (options.Offline && HubCache.Find(hub.CacheFolder, wanted) is { } snapshot)
        {
            return await new LocalBackend([Path.GetPathRoot(snapshot)!]).ConnectAsync(
                new ModelSource.Local(wanted.File is null ? snapshot : Path.Combine(snapshot, wanted.File)), options, cancellationToken);
        }

        var endpoint = HttpCredentials.Entry(options.Credentials, "HF_ENDPOINT") is { } own && Uri.TryCreate(own, UriKind.Absolute, out var url) ? url : hub.Endpoint;
        var (client, wrong) = NetworkClient.Create(network, options, source);
        if (client is null)
        {
            return new ConnectResult.Failed(wrong!);
        }

        var asked = new HubClient(client, endpoint, wanted.Repo, Token(options), time);
        var (commit, files, failure) = await FindAsync(asked, wanted, options, cancellationToken);
        if (failure is null)
        {
            return new ConnectResult.Connected(new HubSession(client, asked, endpoint, wanted.Repo, commit!, files!, time));
        }

        client.Dispose();
        return new ConnectResult.Failed(failure);
    }

    private static async Task<(string? Commit, IReadOnlyList<(RemoteFile File, string Path)>? Files, ModelFailure? Failure)> FindAsync(
        HubClient asked, ModelSource.HuggingFace wanted, ConnectOptions options, CancellationToken cancellationToken)
    {
        var revision = wanted.Revision ?? DefaultBranch;
        if (wanted.File is { } named && !HubChoice.IsOfSet(named))
        {
            var (pinned, file, absent) = await asked.FileAsync(revision, named, cancellationToken);
            if (file is not null)
            {
                return (pinned, Describe([file], named), null);
            }

            // It may be a folder.
            if (absent!.Kind != FailureKind.NotFound)
            {
                return (null, null, absent);
            }
        }

        var (commit, missing) = await asked.CommitAsync(revision, cancellationToken);
        if (missing is not null)
        {
            return (null, null, missing);
        }

        var (all, unlisted) = await asked.TreeAsync(commit!, cancellationToken);
        if (unlisted is not null)
        {
            return (null, null, unlisted);
        }

        var (chosen, unclear) = HubChoice.Choose(wanted.Repo, wanted.File, all!, options);
        return unclear is null ? (commit, Describe(chosen!, wanted.File), null) : (null, null, unclear);
    }

    /// <summary>Files below what was named go into the model's folder without the path that leads there.</summary>
    private static List<(RemoteFile File, string Path)> Describe(IEnumerable<HubFile> files, string? named)
    {
        var list = files.OrderBy(file => file.Path, StringComparer.Ordinal).ToList();
        var strip = named is null ? 0
            : list.Exists(file => file.Path == named) ? named.LastIndexOf('/') + 1
            : named.TrimEnd('/').Length + 1;
        return [.. list.Select(file => (
            new RemoteFile(file.Path[strip..]) { SizeBytes = file.SizeBytes, Digest = file.Digest, Validator = file.Digest.ToString(), AcceptsRanges = true }, file.Path))];
    }

    private static string? Token(ConnectOptions options) =>
        HttpCredentials.Entry(options.Credentials, "HF_TOKEN") ?? HttpCredentials.Entry(options.Credentials, "HUGGING_FACE_HUB_TOKEN") ?? HttpCredentials.Entry(options.Credentials, "token");
}
