using System.Text.Json;
using System.Text.Json.Serialization;
using LlmKube.Models.Store.FileSystem;

namespace LlmKube.Models.Store;

/// <summary>Reads and writes the metadata beside a model's files.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(StoredModel))]
internal sealed partial class StoredModelJson : JsonSerializerContext
{
    /// <summary>More than any list of files needs, and less than what could hurt.</summary>
    private const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>What the file says, or null where there is none or it says nothing that can be used.</summary>
    public static StoredModel? Find(string path, string key)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length > MaxBytes)
            {
                return null;
            }

            var model = JsonSerializer.Deserialize(File.ReadAllBytes(path), Default.StoredModel);
            return model is not null && model.Files.All(f => Sources.RelativePath.IsSafe(f.Path) && f.SizeBytes >= 0) ? model with { Key = key } : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static void Write(string path, StoredModel model) =>
        DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(model, Default.StoredModel));
}
