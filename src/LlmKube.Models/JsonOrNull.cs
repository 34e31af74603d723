using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LlmKube.Models;

/// <summary>Reads documents that others wrote, of which some are none.</summary>
internal static class JsonOrNull
{
    /// <summary>The document; null for a text that is no such one.</summary>
    public static T? Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
