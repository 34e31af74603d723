using System.Text.Json;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>How far the model's files are on their way to where they are served.</summary>
public sealed record FetchStatus
{
    /// <summary>Bytes that are there.</summary>
    public long? BytesDone { get; init; }

    /// <summary>Bytes of all files; absent while the source does not say.</summary>
    public long? BytesTotal { get; init; }

    /// <summary>Bytes per second over the last seconds.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>Seconds that are left at this rate; absent while that cannot be told.</summary>
    public long? SecondsLeft { get; init; }

    /// <summary>As the annotation of a Pod carries it.</summary>
    public string ToText() => JsonSerializer.Serialize(this, ResourcesJson.Default.FetchStatus);

    /// <summary>What a Pod's annotation says; null where it says nothing that can be read.</summary>
    public static FetchStatus? Parse(string? text)
    {
        try
        {
            return string.IsNullOrEmpty(text) ? null : JsonSerializer.Deserialize(text, ResourcesJson.Default.FetchStatus);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
