namespace LlmKube.Kubernetes.Schemas;

/// <summary>
/// The schemas of Kubernetes' built-in types, read at first use from the compact tables embedded beside this class.
/// A type is built only when it is asked for, so a process that needs none pays nothing.
/// </summary>
public static class CoreTypes
{
    private static readonly Lazy<TypeTable> s_table = new(TypeTable.Load);

    /// <summary>The definition name of meta/v1 ObjectMeta.</summary>
    public const string ObjectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    /// <summary>Every definition name, <c>io.k8s.api.core.v1.PodSpec</c> and its like, sorted.</summary>
    public static IReadOnlyList<string> Names => s_table.Value.Names;

    /// <summary>The schema of a built-in type by its definition name or, where it is the only or the core one, its short name (<c>Toleration</c>).</summary>
    /// <exception cref="ArgumentException">There is no such built-in type.</exception>
    public static Schema Get(string name) =>
        Find(name) ?? throw new ArgumentException($"Kubernetes has no built-in type named {name}; use a definition name such as io.k8s.api.core.v1.PodSpec or a type name such as PodSpec.", nameof(name));

    /// <summary>As <see cref="Get"/>, but null for a type that does not exist.</summary>
    public static Schema? Find(string name) => s_table.Value.Find(name);
}
