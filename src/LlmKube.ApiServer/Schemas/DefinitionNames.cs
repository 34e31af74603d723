using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Schemas;

/// <summary>The OpenAPI definition name of a custom kind: its group reversed, as Kubernetes names it.</summary>
internal static class DefinitionNames
{
    public static string Of(ResourceDefinition definition) =>
        $"{string.Join('.', definition.Group.Split('.').Reverse())}.{definition.Version}.{definition.Kind}";
}
