using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Schemas;

/// <summary>A null in a built-in object says the same as no field at all.</summary>
internal static class NullFields
{
    public static void Remove(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject obj:
                foreach (var name in obj.Where(p => p.Value is null).Select(p => p.Key).ToList())
                {
                    obj.Remove(name);
                }

                foreach (var (_, value) in obj)
                {
                    Remove(value);
                }

                break;
            case JsonArray array:
                foreach (var item in array)
                {
                    Remove(item);
                }

                break;
        }
    }
}
