using System.Text;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Resources;

/// <summary>Reads the entries of a Secret as text. It is read when it is needed and kept nowhere.</summary>
public static class SecretEntries
{
    /// <summary>core/v1 Secret.</summary>
    public static ResourceDefinition Definition { get; } = new("", "v1", "Secret", "secrets", Namespaced: true);

    /// <summary>The entries; null where there is no such Secret.</summary>
    public static async Task<IReadOnlyDictionary<string, string>?> FindAsync(KubernetesClient client, ObjectKey key, CancellationToken cancellationToken)
    {
        if (await client.Of(Definition).FindAsync(key, cancellationToken) is not { } secret)
        {
            return null;
        }

        return (secret.Json["data"] as JsonObject ?? []).ToDictionary(
            entry => entry.Key, entry => Encoding.UTF8.GetString(Convert.FromBase64String((string?)entry.Value ?? "")), StringComparer.Ordinal);
    }
}
