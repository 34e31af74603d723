using System.Text.Json;
using System.Text.Json.Serialization;
using LlmKube.Models.Store;
using LlmKube.Operator.Models;
using LlmKube.Resources;

namespace LlmKube.Cli.Attached;

/// <summary>What a command in a pod did to the store, told to the command line that is attached: as the container's termination message.</summary>
internal sealed record StoreChange
{
    /// <summary>Where Kubernetes reads a container's last word.</summary>
    private const string MessageFile = "/dev/termination-log";

    /// <summary>Kubernetes keeps no more of it.</summary>
    private const int MaxBytes = 4096;

    public string? StoredKey { get; init; }

    public StoredModelNote? Stored { get; init; }

    public IReadOnlyList<string>? Removed { get; init; }

    /// <summary>Leaves it for whoever is attached; nobody is where there is no greeting.</summary>
    public void Leave(CommandContext context)
    {
        if (context.Greeting is null || !File.Exists(MessageFile))
        {
            return;
        }

        var said = ToBytes(this);
        if (said.Length > MaxBytes && Stored?.Files is { Count: > 1 } files)
        {
            said = ToBytes(this with { Stored = Stored with { Files = [files[0]] } });
        }

        if (said.Length <= MaxBytes)
        {
            File.WriteAllBytes(MessageFile, said);
        }
    }

    /// <summary>Leaves what was stored.</summary>
    public static async Task LeaveStoredAsync(CommandContext context, ModelStoreLayout layout, StoredModel model, CancellationToken cancellationToken) =>
        new StoreChange { StoredKey = model.Key, Stored = await StoredModelNotes.OfAsync(layout, model, files: null, cancellationToken) }.Leave(context);

    /// <summary>What a termination message says; null where it says something else.</summary>
    public static StoreChange? Find(string? message)
    {
        try
        {
            return string.IsNullOrEmpty(message) ? null : JsonSerializer.Deserialize(message, StoreChangeJson.Default.StoreChange);
        }
        catch (JsonException)
        {
            // The end of a log, which Kubernetes puts there where a command said nothing.
            return null;
        }
    }

    private static byte[] ToBytes(StoreChange change) => JsonSerializer.SerializeToUtf8Bytes(change, StoreChangeJson.Default.StoreChange);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoreChange))]
internal sealed partial class StoreChangeJson : JsonSerializerContext;
