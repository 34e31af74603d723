using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Schemas;

/// <summary>What a list of type <c>set</c> or <c>map</c>, or one with <c>uniqueItems</c>, may hold only once.</summary>
internal static class ListUniqueness
{
    public static void Check(Schema schema, JsonArray array, string path, List<Finding> findings)
    {
        if (schema.ListType == "map" && schema.ListMapKeys is { } keys)
        {
            CheckMap(schema, keys, array, path, findings);
        }
        else if (schema.ListType == "set" && FirstRepeated(array) is { } repeated)
        {
            findings.Add(Finding.Duplicate(At(path, repeated), array[repeated]));
        }

        if (schema.UniqueItems && FirstRepeated(array) is not null)
        {
            findings.Add(Finding.Invalid(path, array, $"{path} in body shouldn't contain duplicates"));
        }
    }

    private static void CheckMap(Schema schema, IReadOnlyList<string> keys, JsonArray array, string path, List<Finding> findings)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < array.Count; i++)
        {
            if (array[i] is not JsonObject item)
            {
                continue;
            }

            var key = new JsonObject();
            foreach (var name in keys)
            {
                if ((item[name] ?? schema.Items?.FindProperty(name)?.Default) is { } value)
                {
                    key[name] = value.DeepClone();
                }
            }

            if (!seen.Add(key.ToJsonString()))
            {
                findings.Add(Finding.Duplicate(At(path, i), key));
            }
        }
    }

    private static int? FirstRepeated(JsonArray array)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < array.Count; i++)
        {
            if (!seen.Add(array[i]?.ToJsonString() ?? "null"))
            {
                return i;
            }
        }

        return null;
    }

    private static string At(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
}
