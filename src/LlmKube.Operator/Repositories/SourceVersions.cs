using LlmKube.Kubernetes.Client;
using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using LlmKube.Operator.Models;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Repositories;

/// <summary>The versions of a source that moves: the digests that a registry's tag names one after the other, or the commits of a Hub's branch.</summary>
/// <param name="client">Reads Secrets.</param>
/// <param name="options">What may be reached, and how.</param>
/// <param name="model">The Model.</param>
/// <param name="source">Its source.</param>
internal sealed class SourceVersions(KubernetesClient client, OperatorOptions options, Model model, ModelSource source) : IVersions
{
    public ModelSource Source => source;

    public string? Fixed => null;

    public string? Secret => source.SecretName ?? (model.Spec.SourceSecretRef?.Name is { Length: > 0 } name ? name : null);

    public TimeSpan Poll => options.DriftInterval;

    public async Task<NamedVersion> FindNamedAsync(NamedVersion? known, CancellationToken cancellationToken)
    {
        var connect = new ConnectOptions { Credentials = await PlaceCredentials.ReadAsync(client, model, Secret, ($"{source}", "the Model"), cancellationToken), Include = RemoteSources.WantedFiles(model), Offline = options.Offline };
        var backend = options.Backends.FirstOrDefault(one => one.Serves(source)) ?? throw new RepositoryException(FailureKind.Refused, $"{source} is of a kind that this operator cannot reach.");
        switch (await backend.ConnectAsync(source, connect, cancellationToken))
        {
            case ConnectResult.Connected { Session: var session }:
                await using (session)
                {
                    return new NamedVersion(session.Pin ?? session.Revision, null);
                }

            case ConnectResult.Failed failed:
                throw new RepositoryException(failed.Failure);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    public Task<string> SourceOfAsync(string version, CancellationToken cancellationToken) => Task.FromResult(MovingSource.At(source, version).ToSourceString());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
