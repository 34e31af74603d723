using System.Text.Json;
using System.Text.Json.Serialization;
using LlmKube.Resources;

namespace LlmKube.Cli.Attached;

/// <summary>
/// What a command in a pod is told by the command line that is attached to it, before it begins: how the person's terminal is, and what
/// the API server knows, which the pod may not ask.
/// </summary>
internal sealed record Greeting
{
    /// <summary>Set in a pod whose command waits for a greeting.</summary>
    public const string Variable = "LLMKUBE_ATTACHED";

    /// <summary>A list of thousands of services is far below.</summary>
    private const int MaxBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    public bool OutputIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    public int Width { get; init; }

    public bool Color { get; init; }

    /// <summary>Which models are served; null where nobody could be asked.</summary>
    public ModelsInUse? InUse { get; init; }

    public byte[] ToFrame() => FramedStream.FrameOf(JsonSerializer.SerializeToUtf8Bytes(this, GreetingJson.Default.Greeting));

    /// <summary>Waits for the greeting on <paramref name="input"/>; null when nobody comes, or what comes is none.</summary>
    public static async Task<Greeting?> ReadAsync(Stream input, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var frame = await FramedStream.ReadFrameAsync(input, MaxBytes, cancellationToken).WaitAsync(s_patience, time, cancellationToken);
            return frame is null ? null : JsonSerializer.Deserialize(frame, GreetingJson.Default.Greeting);
        }
        catch (Exception e) when (e is JsonException or IOException or TimeoutException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Greeting))]
internal sealed partial class GreetingJson : JsonSerializerContext;
