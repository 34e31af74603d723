using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
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

        return place.Open(options.Network, new ConnectOptions { Credentials = await PlaceCredentials.ReadAsync(client, repository, repository.Spec.SecretRef?.Name, ($"the repository {repository.Metadata.Name}", "it"), cancellationToken), Offline = options.Offline }, time);
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
}
