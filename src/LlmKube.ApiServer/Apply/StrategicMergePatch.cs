using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Apply;

/// <summary>
/// Kubernetes' strategic merge patch: a merge patch in which the schema says how lists merge, and directives (<c>$patch</c>,
/// <c>$retainKeys</c>, <c>$setElementOrder</c>, <c>$deleteFromPrimitiveList</c>) say what JSON has no word for.
/// </summary>
internal static class StrategicMergePatch
{
    internal const string PatchDirective = "$patch";
    internal const string RetainKeysDirective = "$retainKeys";
    internal const string SetElementOrderPrefix = "$setElementOrder/";
    internal const string DeleteFromPrimitiveListPrefix = "$deleteFromPrimitiveList/";

    public static JsonObject Apply(JsonObject target, JsonObject patch, Schema? schema) =>
        MergeMap(target, patch, ObjectSchema.Of(schema)) ?? [];

    /// <summary>Merges into a fresh object; null when the patch deletes the whole of it.</summary>
    internal static JsonObject? MergeMap(JsonObject? target, JsonObject patch, Schema? schema)
    {
        switch (DirectiveOf(patch))
        {
            case "replace":
                return WithoutDirectives(patch, keepNulls: true);
            case "delete":
                return null;
            default:
                break;
        }

        var result = target is null ? [] : (JsonObject)target.DeepClone();
        RetainKeys(result, patch);
        foreach (var (name, change) in patch)
        {
            if (name.StartsWith('$'))
            {
                continue;
            }

            MergeMember(result, name, change, patch, schema?.FindProperty(name));
        }

        foreach (var (directive, items) in patch)
        {
            ApplyListDirective(result, directive, items, patch, schema);
        }

        return result;
    }

    /// <summary>The <c>$patch</c> directive of a map, checked; null where it has none.</summary>
    internal static string? DirectiveOf(JsonObject patch)
    {
        if (!patch.TryGetPropertyValue(PatchDirective, out var directive))
        {
            return null;
        }

        return directive is JsonValue value && value.TryGetValue<string>(out var text) && text is "replace" or "delete" or "merge"
            ? text
            : throw PatchException.BadRequest($"Unknown patch type found: {directive?.ToJsonString() ?? "null"}; $patch must be replace, delete or merge");
    }

    /// <summary>What a patch creates where the target has nothing: itself, less what is addressed to the merging.</summary>
    internal static JsonObject WithoutDirectives(JsonObject patch, bool keepNulls = false)
    {
        var result = new JsonObject();
        foreach (var (name, value) in patch)
        {
            if (!name.StartsWith('$') && (keepNulls || value is not null))
            {
                result[name] = value is JsonObject map ? WithoutDirectives(map, keepNulls) : value?.DeepClone();
            }
        }

        return result;
    }

    private static void MergeMember(JsonObject result, string name, JsonNode? change, JsonObject patch, Schema? schema)
    {
        switch (change)
        {
            case null:
                result.Remove(name);
                break;
            case JsonObject map when HasStrategy(schema, "replace"):
                result[name] = WithoutDirectives(map);
                break;
            case JsonObject map:
                if (MergeMap(result[name] as JsonObject, map, schema) is { } merged)
                {
                    result[name] = merged;
                }
                else
                {
                    result.Remove(name);
                }

                break;
            case JsonArray list when HasStrategy(schema, "merge"):
                var order = patch[SetElementOrderPrefix + name] as JsonArray;
                result[name] = StrategicList.Merge(result[name] as JsonArray ?? [], list, schema!, order, name);
                break;
            default:
                result[name] = change.DeepClone();
                break;
        }
    }

    private static void ApplyListDirective(JsonObject result, string directive, JsonNode? items, JsonObject patch, Schema? schema)
    {
        if (directive.StartsWith(DeleteFromPrimitiveListPrefix, StringComparison.Ordinal))
        {
            var name = directive[DeleteFromPrimitiveListPrefix.Length..];
            if (items is not JsonArray unwanted)
            {
                throw PatchException.BadRequest("Invalid patch format of primitive list");
            }

            if (result[name] is JsonArray list)
            {
                var values = unwanted.Select(CanonicalJson.Write).ToHashSet(StringComparer.Ordinal);
                result[name] = new JsonArray([.. list.Where(item => !values.Contains(CanonicalJson.Write(item))).Select(item => item?.DeepClone())]);
            }
        }
        else if (directive.StartsWith(SetElementOrderPrefix, StringComparison.Ordinal))
        {
            var name = directive[SetElementOrderPrefix.Length..];
            if (items is not JsonArray order)
            {
                throw PatchException.BadRequest("Invalid patch format of setElementOrder list");
            }

            // Where the patch changes the list too, the merge has put it in order.
            if (result[name] is JsonArray list && !patch.ContainsKey(name) && schema?.FindProperty(name) is { } property && HasStrategy(property, "merge"))
            {
                result[name] = StrategicList.Merge(list, [], property, order, name);
            }
        }
    }

    /// <summary>Drops from the target what the patch does not list to be kept; used for unions, where setting one member must clear the other.</summary>
    private static void RetainKeys(JsonObject result, JsonObject patch)
    {
        if (!patch.TryGetPropertyValue(RetainKeysDirective, out var directive))
        {
            return;
        }

        if (directive is not JsonArray list || list.Any(key => key?.GetValueKind() != JsonValueKind.String))
        {
            throw PatchException.BadRequest("Invalid patch format of retainKeys");
        }

        var retained = list.Select(key => key!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        if (patch.FirstOrDefault(member => !member.Key.StartsWith('$') && member.Value is not null && !retained.Contains(member.Key)).Key is { } missing)
        {
            throw PatchException.BadRequest($"Invalid patch format of retainKeys: the patch sets \"{missing}\", which its retainKeys list leaves out");
        }

        foreach (var name in result.Select(member => member.Key).Where(name => !retained.Contains(name)).ToList())
        {
            result.Remove(name);
        }
    }

    private static bool HasStrategy(Schema? schema, string strategy) =>
        schema?.PatchStrategy?.Split(',').Contains(strategy, StringComparer.Ordinal) == true;
}
