using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Discovery;

/// <summary>What tells a client which kinds there are: the old documents, one a group version, and the aggregated one.</summary>
internal sealed class DiscoveryDocuments(GroupedKinds catalog)
{
    private static readonly string[] s_statusVerbs = ["get", "patch", "update"];

    /// <summary>The document at <paramref name="path"/>, or null.</summary>
    public Document? Build(string path, string contentType)
    {
        var steps = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return steps switch
        {
            ["api"] when contentType != Document.Json => Aggregated(core: true, contentType),
            ["apis"] when contentType != Document.Json => Aggregated(core: false, contentType),
            ["api"] => Document.Of(new JsonObject { ["kind"] = "APIVersions", ["versions"] = Strings(["v1"]), ["serverAddressByClientCIDRs"] = new JsonArray() }),
            ["apis"] => Document.Of(new JsonObject
            {
                ["kind"] = "APIGroupList",
                ["apiVersion"] = "v1",
                ["groups"] = Array(catalog.Groups.Where(g => g.Name.Length > 0).Select(Group)),
            }),
            ["apis", var group] => FindGroup(group),
            ["api", var version] => Resources(catalog.FindVersion("", version)),
            ["apis", var group, var version] => Resources(catalog.FindVersion(group, version)),
            _ => null,
        };
    }

    private Document? FindGroup(string name)
    {
        if (name.Length == 0 || catalog.FindGroup(name) is not { } found)
        {
            return null;
        }

        var group = Group(found);
        group["kind"] = "APIGroup";
        group["apiVersion"] = "v1";
        return Document.Of(group);
    }

    private static JsonObject Group(ApiGroup group) => new()
    {
        ["name"] = group.Name,
        ["versions"] = Array(group.Versions.Select(Version)),
        ["preferredVersion"] = Version(group.Versions[0]),
    };

    private static JsonObject Version(ApiVersion version) => new() { ["groupVersion"] = version.GroupVersion, ["version"] = version.Version };

    private static Document? Resources(ApiVersion? version) => version is null ? null : Document.Of(new JsonObject
    {
        ["kind"] = "APIResourceList",
        ["apiVersion"] = "v1",
        ["groupVersion"] = version.GroupVersion,
        ["resources"] = Array(version.Kinds.SelectMany(Resource)),
    });

    private static IEnumerable<JsonObject> Resource(ServedKind kind)
    {
        var definition = kind.Definition;
        var resource = new JsonObject
        {
            ["name"] = definition.Plural,
            ["singularName"] = kind.Singular,
            ["namespaced"] = definition.Namespaced,
            ["kind"] = definition.Kind,
            ["verbs"] = Strings(kind.Verbs),
        };
        AddNames(resource, kind);
        yield return resource;

        foreach (var subresource in SubresourcesOf(kind))
        {
            var entry = new JsonObject
            {
                ["name"] = $"{definition.Plural}/{subresource.Name}",
                ["singularName"] = "",
                ["namespaced"] = definition.Namespaced,
                ["kind"] = subresource.Kind,
                ["verbs"] = Strings(subresource.Verbs),
            };
            if (subresource.Group != definition.Group || subresource.Version != definition.Version)
            {
                entry["group"] = subresource.Group;
                entry["version"] = subresource.Version;
            }

            yield return entry;
        }
    }

    private Document Aggregated(bool core, string contentType) => Document.Of(
        new JsonObject
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = contentType == DiscoveryForms.Aggregated ? "apidiscovery.k8s.io/v2" : "apidiscovery.k8s.io/v2beta1",
            ["metadata"] = new JsonObject(),
            ["items"] = Array(catalog.Groups.Where(g => g.Name.Length == 0 == core).Select(group => new JsonObject
            {
                ["metadata"] = group.Name.Length == 0 ? new JsonObject() : new JsonObject { ["name"] = group.Name },
                ["versions"] = Array(group.Versions.Select(version => new JsonObject
                {
                    ["version"] = version.Version,
                    ["resources"] = Array(version.Kinds.Select(AggregatedResource)),
                    ["freshness"] = "Current",
                })),
            })),
        },
        contentType);

    private static JsonObject AggregatedResource(ServedKind kind)
    {
        var definition = kind.Definition;
        var resource = new JsonObject
        {
            ["resource"] = definition.Plural,
            ["responseKind"] = ResponseKind(definition.Group, definition.Version, definition.Kind),
            ["scope"] = definition.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = kind.Singular,
            ["verbs"] = Strings(kind.Verbs),
        };
        AddNames(resource, kind);
        var subresources = Array(SubresourcesOf(kind).Select(subresource => new JsonObject
        {
            ["subresource"] = subresource.Name,
            ["responseKind"] = ResponseKind(subresource.Group, subresource.Version, subresource.Kind),
            ["verbs"] = Strings(subresource.Verbs),
        }));
        if (subresources.Count > 0)
        {
            resource["subresources"] = subresources;
        }

        return resource;
    }

    private static IEnumerable<Subresource> SubresourcesOf(ServedKind kind)
    {
        foreach (var subresource in kind.Subresources)
        {
            yield return subresource;
        }

        if (kind.Scale is not null)
        {
            yield return new Subresource("scale", "autoscaling", "v1", "Scale", s_statusVerbs);
        }

        if (kind.HasStatus)
        {
            yield return new Subresource("status", kind.Definition.Group, kind.Definition.Version, kind.Definition.Kind, s_statusVerbs);
        }
    }

    private static void AddNames(JsonObject resource, ServedKind kind)
    {
        if (kind.ShortNames.Count > 0)
        {
            resource["shortNames"] = Strings(kind.ShortNames);
        }

        if (kind.Categories.Count > 0)
        {
            resource["categories"] = Strings(kind.Categories);
        }
    }

    private static JsonObject ResponseKind(string group, string version, string kind) => new() { ["group"] = group, ["version"] = version, ["kind"] = kind };

    private static JsonArray Strings(IEnumerable<string> values) => [.. values.Select(value => (JsonNode?)JsonValue.Create(value))];

    private static JsonArray Array(IEnumerable<JsonObject> items) => [.. items];
}
