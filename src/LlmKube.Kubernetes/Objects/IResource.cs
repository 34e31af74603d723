using System.Text.Json.Serialization.Metadata;

namespace LlmKube.Kubernetes.Objects;

/// <summary>Anything the API server stores: it has a kind and metadata.</summary>
public interface IResource
{
    string ApiVersion { get; }

    string Kind { get; }

    ObjectMeta Metadata { get; }
}

/// <summary>A typed resource, which knows where it lives and how it is serialised.</summary>
public interface IResource<TSelf> : IResource
    where TSelf : class, IResource<TSelf>
{
    static abstract ResourceDefinition Definition { get; }

    static abstract JsonTypeInfo<TSelf> JsonType { get; }
}

/// <summary>What every resource can be asked.</summary>
public static class ResourceExtensions
{
    public static ObjectKey Key(this IResource resource) => new(resource.Metadata.Namespace ?? "", resource.Metadata.Name ?? "");

    public static bool IsBeingDeleted(this IResource resource) => resource.Metadata.DeletionTimestamp is not null;

    /// <summary>An owner reference that makes <paramref name="owner"/> the controller.</summary>
    /// <remarks><c>blockOwnerDeletion</c> is false: the admission check for true needs the owner's finalizer permission.</remarks>
    public static OwnerReference AsControllerReference(this IResource owner) => new()
    {
        ApiVersion = owner.ApiVersion,
        Kind = owner.Kind,
        Name = owner.Metadata.Name ?? "",
        Uid = owner.Metadata.Uid ?? "",
        Controller = true,
        BlockOwnerDeletion = false,
    };

    public static OwnerReference? FindController(this IResource resource)
    {
        foreach (var reference in resource.Metadata.OwnerReferences ?? [])
        {
            if (reference.Controller == true)
            {
                return reference;
            }
        }

        return null;
    }
}
