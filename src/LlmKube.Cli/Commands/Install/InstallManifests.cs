using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Yaml;

namespace LlmKube.Cli.Commands.Install;

/// <summary>How an installation differs from the manifests as they stand.</summary>
internal sealed record InstallSettings
{
    public required string Namespace { get; init; }

    /// <summary>The product's image; null keeps the published one.</summary>
    public string? Image { get; init; }

    public bool Router { get; init; } = true;

    /// <summary>Further flags of <c>llmkube operator</c>.</summary>
    public IReadOnlyList<string> OperatorArguments { get; init; } = [];
}

/// <summary>What <c>deploy/</c> holds for a cluster, in the order in which it is applied. Pure.</summary>
internal static class InstallManifests
{
    private const string DefaultNamespace = "llmkube-system";
    private const string Prefix = "install/";

    private static readonly string[] s_order = ["Namespace", "CustomResourceDefinition", "PriorityClass", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "Service", "Deployment"];

    private static readonly ResourceDefinition[] s_kinds =
    [
        new("", "v1", "Namespace", "namespaces", Namespaced: false),
        new("", "v1", "ServiceAccount", "serviceaccounts", Namespaced: true),
        new("", "v1", "Service", "services", Namespaced: true),
        new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", Namespaced: false),
        new("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", Namespaced: false),
        new("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", Namespaced: false),
        new("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", Namespaced: false),
        new("rbac.authorization.k8s.io", "v1", "Role", "roles", Namespaced: true),
        new("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", Namespaced: true),
        new("apps", "v1", "Deployment", "deployments", Namespaced: true),
    ];

    public static IReadOnlyList<DynamicObject> Of(InstallSettings settings)
    {
        var assembly = typeof(InstallManifests).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
                .SelectMany(name => Read(assembly, name))
                .Where(json => settings.Router || (string?)json["metadata"]?["name"] != "llmkube-router")
                .Select(json => new DynamicObject(Adapt(json, settings)))
                .OrderBy(resource => Array.IndexOf(s_order, resource.Kind)),
        ];
    }

    /// <summary>The product's own image, as the manifests name it.</summary>
    public static string ProductImage() => Of(new InstallSettings { Namespace = DefaultNamespace }).First(one => one.Kind == "Deployment").Json["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.GetValue<string>();

    /// <summary>Where a kind of the manifests lives.</summary>
    public static ResourceDefinition DefinitionOf(IResource resource) =>
        s_kinds.Single(kind => kind.Kind == resource.Kind && kind.ApiVersion == resource.ApiVersion);

    private static IEnumerable<JsonObject> Read(System.Reflection.Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return [.. YamlText.ParseAll(reader.ReadToEnd()).OfType<JsonObject>()];
    }

    private static JsonObject Adapt(JsonObject json, InstallSettings settings)
    {
        if ((string?)json["kind"] == "Namespace")
        {
            json["metadata"]!["name"] = settings.Namespace;
        }

        if ((string?)json["metadata"]!["namespace"] == DefaultNamespace)
        {
            json["metadata"]!["namespace"] = settings.Namespace;
        }

        foreach (var subject in json["subjects"]?.AsArray() ?? [])
        {
            if ((string?)subject!["namespace"] == DefaultNamespace)
            {
                subject["namespace"] = settings.Namespace;
            }
        }

        if ((string?)json["kind"] == "Deployment")
        {
            AdaptContainer(json["spec"]!["template"]!["spec"]!["containers"]![0]!.AsObject(), settings);
        }

        return json;
    }

    private static void AdaptContainer(JsonObject container, InstallSettings settings)
    {
        var arguments = container["args"]!.AsArray();
        if (settings.Image is { } image)
        {
            container["image"] = image;
            for (var i = 0; i < arguments.Count; i++)
            {
                if (((string)arguments[i]!).StartsWith("--init-container-image=", StringComparison.Ordinal))
                {
                    arguments[i] = $"--init-container-image={image}";
                }
            }
        }

        if ((string?)container["name"] == "operator")
        {
            foreach (var argument in settings.OperatorArguments)
            {
                arguments.Add((JsonNode)argument);
            }
        }
    }
}
