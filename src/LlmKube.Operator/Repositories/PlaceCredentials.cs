using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Resources;

namespace LlmKube.Operator.Repositories;

/// <summary>The credentials for a place that versions are in, of the Secret that names them.</summary>
internal static class PlaceCredentials
{
    /// <summary>Reads them; none where no Secret is named.</summary>
    /// <param name="client">Reads the Secret.</param>
    /// <param name="owner">What names it: the Secret is of its namespace.</param>
    /// <param name="secret">The Secret's name.</param>
    /// <param name="of">What they are the credentials of, and what goes on once they are there, for the sentence that says they are missing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RepositoryException">There is no such Secret.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(KubernetesClient client, IResource owner, string? secret, (string Place, string Waiting) of, CancellationToken cancellationToken) =>
        secret is not { Length: > 0 }
            ? new Dictionary<string, string>(StringComparer.Ordinal)
            : await SecretEntries.FindAsync(client, new ObjectKey(owner.Metadata.Namespace ?? "", secret), cancellationToken)
                ?? throw new RepositoryException(FailureKind.Unauthorized, $"There is no Secret {secret} in namespace {owner.Metadata.Namespace} with the credentials of {of.Place}. Create it; {of.Waiting} goes on by itself.");
}
