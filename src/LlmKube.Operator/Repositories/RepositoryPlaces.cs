using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Repositories;

/// <summary>Reaches the repositories that ModelRepository objects describe, with the credentials of their Secrets.</summary>
/// <param name="client">Reads Secrets.</param>
/// <param name="repositories">All of them.</param>
/// <param name="readers">Reach those in claims; null where claims are folders of this machine.</param>
/// <param name="options">What may be reached.</param>
/// <param name="time">The clock.</param>
internal sealed class RepositoryPlaces(KubernetesClient client, Informer<ModelRepository> repositories, RepositoryReaders? readers, OperatorOptions options, TimeProvider time)
{
    public ModelRepository? Find(ObjectKey key) => repositories.Find(key);

    /// <summary>Opens it; the caller's to dispose of.</summary>
    /// <exception cref="RepositoryException">It cannot be reached as it is described.</exception>
    public async Task<IModelRepository> OpenAsync(ModelRepository repository, CancellationToken cancellationToken)
    {
        var (place, problem) = RepositoryMeaning.PlaceOf(repository.Spec);
        if (place is null)
        {
            throw new RepositoryException(FailureKind.Invalid, problem!);
        }

        switch (place.Origin)
        {
            case ModelSource.Local local:
                CheckFolder(local.Path);
                break;
            case ModelSource.Pvc when readers is not null:
                return readers.Open(repository, place);
            case ModelSource.Pvc claim:
                return place.OpenMounted(options.FindClaimFolder?.Invoke(repository.Metadata.Namespace ?? "", claim.ClaimName)
                    ?? throw new RepositoryException(FailureKind.Unavailable, $"there is no PersistentVolumeClaim {claim.ClaimName} in namespace {repository.Metadata.Namespace}. Create it; the repository goes on by itself."));
        }

        return place.Open(options.Network, new ConnectOptions { Credentials = await CredentialsAsync(repository, cancellationToken), Offline = options.Offline }, time);
    }

    private void CheckFolder(string path)
    {
        if (options.Pods is not null)
        {
            throw new RepositoryException(FailureKind.Refused, $"the folder {path} is of a node, which the operator does not see. A repository in a cluster is a claim (type pvc), a bucket (type s3) or a registry (type oci).");
        }

        if (LocalPaths.CheckAny(path, options.AllowedHostPathRoots) is LocalPathResult.NotAllowed refused)
        {
            throw new RepositoryException(FailureKind.Refused, refused.Message);
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> CredentialsAsync(ModelRepository repository, CancellationToken cancellationToken)
    {
        if (repository.Spec.SecretRef?.Name is not { Length: > 0 } name)
        {
            return new Dictionary<string, string>(StringComparer.Ordinal);
        }

        return await SecretEntries.FindAsync(client, new ObjectKey(repository.Metadata.Namespace ?? "", name), cancellationToken)
            ?? throw new RepositoryException(FailureKind.Unauthorized, $"There is no Secret {name} in namespace {repository.Metadata.Namespace} with the credentials of the repository {repository.Metadata.Name}. Create it; it goes on by itself.");
    }
}
