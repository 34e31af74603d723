namespace LlmKube.Kubernetes.Objects;

/// <summary>Where a kind lives in the API: its group, version, plural name and scope.</summary>
public sealed record ResourceDefinition(string Group, string Version, string Kind, string Plural, bool Namespaced)
{
    /// <summary><c>v1</c> for the core group, <c>group/version</c> for every other.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The name RBAC and CRDs use: <c>models.inference.llmkube.dev</c>, or <c>pods</c> for the core group.</summary>
    public string QualifiedPlural => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>The collection's path; <paramref name="ns"/> null means all namespaces (or a cluster-scoped kind).</summary>
    public string CollectionPath(string? ns)
    {
        var root = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        return Namespaced && !string.IsNullOrEmpty(ns)
            ? $"{root}/namespaces/{Uri.EscapeDataString(ns)}/{Plural}"
            : $"{root}/{Plural}";
    }

    /// <summary>One object's path, with <c>/subresource</c> where given.</summary>
    public string ObjectPath(ObjectKey key, string? subresource = null)
    {
        var path = $"{CollectionPath(Namespaced ? key.Namespace : null)}/{Uri.EscapeDataString(key.Name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }
}
