using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Operator;

/// <summary>Makes what is made once and never changed.</summary>
internal static class CreatedOnce
{
    /// <summary>Creates the object. One that is there already, made by an earlier pass or for another that needs it too, is left as it is.</summary>
    public static async Task CreateIfMissingAsync<T>(this KubernetesClient client, T wanted, CancellationToken cancellationToken)
        where T : class, IResource<T>
    {
        try
        {
            await client.Of<T>().CreateAsync(wanted, cancellationToken);
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // It is what was wanted.
        }
    }
}
