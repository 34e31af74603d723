using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Yaml;

namespace LlmKube.Repository.Tests.Rbac;

/// <summary>What the manifest of a role grants, in its ClusterRoles and Roles together.</summary>
internal static class RoleManifest
{
    public static IReadOnlySet<Permission> Granted(string role) =>
        YamlText.ParseAll(Repository.Read($"deploy/rbac/{role}.yaml")).OfType<JsonObject>()
            .Where(document => (string?)document["kind"] is "ClusterRole" or "Role")
            .SelectMany(document => document["rules"]!.AsArray().OfType<JsonObject>())
            .SelectMany(rule =>
                from verb in Texts(rule, "verbs")
                from @group in Texts(rule, "apiGroups")
                from resource in Texts(rule, "resources")
                select new Permission(verb, @group, resource))
            .ToHashSet();

    private static IEnumerable<string> Texts(JsonObject rule, string field) => rule[field]!.AsArray().Select(value => (string)value!);
}
