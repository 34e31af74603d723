using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Storage;

/// <summary>A kind's place in the store. Versions share it: they are views of the same objects.</summary>
internal readonly record struct ResourceCollection(string Group, string Plural)
{
    public static ResourceCollection Of(ResourceDefinition definition) => new(definition.Group, definition.Plural);

    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}

/// <summary>Names one object in the store.</summary>
internal readonly record struct StoreKey(ResourceCollection Collection, ObjectKey Object);

/// <summary>Lists are ordered by namespace and then name, bytewise, as etcd's keys are.</summary>
internal sealed class ObjectKeyOrder : IComparer<ObjectKey>
{
    public static ObjectKeyOrder Instance { get; } = new();

    public int Compare(ObjectKey x, ObjectKey y)
    {
        var byNamespace = string.CompareOrdinal(x.Namespace, y.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(x.Name, y.Name);
    }
}
