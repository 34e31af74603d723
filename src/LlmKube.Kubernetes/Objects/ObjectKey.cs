namespace LlmKube.Kubernetes.Objects;

/// <summary>Names one object of a kind; the namespace is empty for cluster-scoped kinds.</summary>
public readonly record struct ObjectKey(string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
