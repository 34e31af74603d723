using System.Text.Json.Nodes;
using LlmKube.ApiServer.Verbs;

namespace LlmKube.ApiServer.Lifecycle;

/// <summary>The status of a CustomResourceDefinition, settled as part of the write itself: an accepted definition is served at once.</summary>
internal sealed class DefinitionStatus(KindRegistry kinds, TimeProvider time)
{
    /// <summary>Holds a definition back until its objects are gone.</summary>
    public const string CleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

    public const string Established = "Established";
    public const string NamesAccepted = "NamesAccepted";
    public const string Terminating = "Terminating";

    /// <summary>Sets status and finalizer of <paramref name="tree"/> in place.</summary>
    public void Settle(JsonObject tree, JsonObject? old)
    {
        if (MetadataFields.Text(tree, "deletionTimestamp") is null && !MetadataFields.Finalizers(tree).Contains(CleanupFinalizer, StringComparer.Ordinal))
        {
            MetadataFields.SetFinalizers(tree, [.. MetadataFields.Finalizers(tree), CleanupFinalizer]);
        }

        var spec = tree["spec"] as JsonObject ?? [];
        var before = old?["status"] as JsonObject;
        var conflict = FindConflict(MetadataFields.Text(tree, "name") ?? "", spec);
        var status = new JsonObject
        {
            ["conditions"] = new JsonArray(
                Condition(before, NamesAccepted, conflict is null, conflict is null ? "NoConflicts" : "NamesConflict", conflict ?? "no conflicts found"),
                Condition(before, Established, conflict is null, conflict is null ? "InitialNamesAccepted" : "NotAccepted", conflict is null ? "the initial names have been accepted" : "not all names are accepted")),
            ["acceptedNames"] = conflict is null ? spec["names"]?.DeepClone() : new JsonObject { ["kind"] = "", ["plural"] = "" },
            ["storedVersions"] = StoredVersions(spec, before),
        };
        tree["status"] = status;
    }

    public static bool IsEstablished(JsonObject tree) =>
        ((tree["status"] as JsonObject)?["conditions"] as JsonArray ?? []).OfType<JsonObject>()
            .Any(condition => (string?)condition["type"] == Established && (string?)condition["status"] == "True");

    /// <summary>The status with the condition that says that the definition is being deleted.</summary>
    public void Terminate(JsonObject tree)
    {
        var status = tree["status"] as JsonObject ?? [];
        var conditions = (status["conditions"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(condition => (string?)condition["type"] != Terminating)
            .Select(condition => condition.DeepClone())
            .Append(Condition(status, Terminating, true, "InstanceDeletionInProgress", "CustomResource deletion is in progress"));
        status["conditions"] = new JsonArray([.. conditions]);
        tree["status"] = status;
    }

    /// <summary>A name that another kind of the group has already, as a sentence.</summary>
    private string? FindConflict(string name, JsonObject spec)
    {
        if (spec["names"] is not JsonObject names || (string?)spec["group"] is not { } group)
        {
            return null;
        }

        var others = kinds.All.Where(kind => kind.Definition.Group == group && kind.Definition.QualifiedPlural != name).ToList();
        var taken = others.SelectMany(kind => (IEnumerable<string>)[kind.Definition.Plural, kind.Singular, .. kind.ShortNames]).ToHashSet(StringComparer.Ordinal);
        IEnumerable<string?> wanted = [(string?)names["plural"], (string?)names["singular"], .. (names["shortNames"] as JsonArray ?? []).Select(shortName => (string?)shortName)];
        if (wanted.FirstOrDefault(word => word is not null && taken.Contains(word)) is { } doubled)
        {
            return $"\"{doubled}\" is already in use";
        }

        var kindName = (string?)names["kind"];
        return others.Exists(other => other.Definition.Kind == kindName) ? $"\"{kindName}\" is already in use" : null;
    }

    private static JsonArray StoredVersions(JsonObject spec, JsonObject? before)
    {
        var stored = (before?["storedVersions"] as JsonArray ?? []).Select(version => (string?)version ?? "");
        var current = (spec["versions"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(version => (bool?)version["storage"] == true)
            .Select(version => (string?)version["name"] ?? "");
        return [.. stored.Union(current, StringComparer.Ordinal).Select(version => (JsonNode?)version)];
    }

    private JsonObject Condition(JsonObject? before, string type, bool holds, string reason, string message)
    {
        var value = holds ? "True" : "False";
        var previous = (before?["conditions"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(condition => (string?)condition["type"] == type);
        var since = (string?)previous?["status"] == value ? (string?)previous?["lastTransitionTime"] : null;
        return new JsonObject
        {
            ["type"] = type,
            ["status"] = value,
            ["lastTransitionTime"] = since ?? MetadataFields.Time(time.GetUtcNow()),
            ["reason"] = reason,
            ["message"] = message,
        };
    }
}
