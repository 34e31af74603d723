using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Kubernetes.Controllers;

/// <summary>
/// Keeps an object until what it stands for outside the API is cleaned. Both changes name the version they were decided on:
/// somebody else's finalizers are never overwritten, a race is a conflict and thus another pass.
/// </summary>
public static class Finalizers
{
    public static bool HasFinalizer(this IResource resource, string finalizer) => resource.Metadata.Finalizers?.Contains(finalizer, StringComparer.Ordinal) == true;

    /// <summary>Adds the finalizer unless it is there, and returns the object as it is then.</summary>
    public static async Task<T> AddFinalizerAsync<T>(this ResourceClient<T> client, T resource, string finalizer, CancellationToken cancellationToken)
        where T : class, IResource
    {
        if (resource.HasFinalizer(finalizer))
        {
            return resource;
        }

        return await client.PatchAsync(resource.Key(), PatchOf(resource, [.. resource.Metadata.Finalizers ?? [], finalizer]), new PatchOptions(), cancellationToken);
    }

    /// <summary>Removes the finalizer, which lets the deletion go on. An object that is gone already is fine.</summary>
    public static async Task RemoveFinalizerAsync<T>(this ResourceClient<T> client, T resource, string finalizer, CancellationToken cancellationToken)
        where T : class, IResource
    {
        if (!resource.HasFinalizer(finalizer))
        {
            return;
        }

        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // No token from here on: the clean-up is done, and a stop now would make the next process do it again.
            var rest = (resource.Metadata.Finalizers ?? []).Where(kept => kept != finalizer);
            await client.PatchAsync(resource.Key(), PatchOf(resource, rest), new PatchOptions(), CancellationToken.None);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Somebody else removed it, and with it the object.
        }
    }

    private static Patch PatchOf(IResource resource, IEnumerable<string> finalizers)
    {
        var metadata = new JsonObject
        {
            // Required by the server for a change that must not overwrite a newer one.
            ["resourceVersion"] = resource.Metadata.ResourceVersion
                ?? throw new InvalidOperationException($"{resource.Kind} {resource.Key()} was not read from a server: it has no version."),
            ["finalizers"] = new JsonArray([.. finalizers.Select(finalizer => (JsonNode)finalizer)]),
        };
        return Patch.Merge(new JsonObject { ["metadata"] = metadata });
    }
}
