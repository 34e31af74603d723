using System.Text.Json;
using System.Text.Unicode;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Formats.Safetensors;

/// <summary>The index of a model in several safetensors files, <c>model.safetensors.index.json</c>.</summary>
/// <param name="Files">The files that it names, each once, in order.</param>
/// <param name="TotalBytes">Bytes of all tensors, where it says so.</param>
public sealed record SafetensorsIndex(IReadOnlyList<string> Files, long? TotalBytes)
{
    /// <summary>How such a file is called, before its name ends.</summary>
    public const string FileSuffix = ".safetensors.index.json";

    /// <summary>What may be read of one, in bytes.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    /// <summary>Null where the bytes are no index, or name a file that is no path below the model's folder.</summary>
    public static SafetensorsIndex? Parse(ReadOnlyMemory<byte> json)
    {
        if (!Utf8.IsValid(json.Span))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var files = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var entry in map.EnumerateObject())
            {
                if (entry.Value.ValueKind != JsonValueKind.String || entry.Value.GetString() is not { } file || !RelativePath.IsSafe(file))
                {
                    return null;
                }

                files.Add(file);
            }

            long? total = document.RootElement.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object
                && metadata.TryGetProperty("total_size", out var size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out var bytes) ? bytes : null;
            return new SafetensorsIndex([.. files], total);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
