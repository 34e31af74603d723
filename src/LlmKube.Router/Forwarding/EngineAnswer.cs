using System.Text.Json;

namespace LlmKube.Router.Forwarding;

/// <summary>Reads what engines say about themselves, so that nothing else depends on their wording.</summary>
internal static class EngineAnswer
{
    /// <summary>An answer longer than this is not the one we look for.</summary>
    public const int MaxLoadingBytes = 4096;

    /// <summary>
    /// llama-server answers 503 with <c>{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}</c> until
    /// its model is in memory.
    /// </summary>
    public static bool IsLoading(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("error", out var error)
                && error.ValueKind == JsonValueKind.Object
                && error.TryGetProperty("type", out var type)
                && type.ValueKind == JsonValueKind.String
                && type.ValueEquals("unavailable_error");
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
