using System.Text.Json;
using System.Text.Json.Serialization;

namespace LlmKube.Local;

/// <summary>What a running <c>llmkube up</c> tells other commands of this machine: <c>up.json</c> in its home, there from ready to stop.</summary>
public sealed record RunState(int Pid, Uri ApiServer, Uri Router, string KubeConfig)
{
    private const string FileName = "up.json";

    /// <summary>Null when none runs, or when the one that wrote it has ended.</summary>
    public static RunState? Find(string home)
    {
        try
        {
            var state = JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(home, FileName)), RunStateJson.Default.RunState);
            if (state is null)
            {
                return null;
            }

            using var process = System.Diagnostics.Process.GetProcessById(state.Pid);
            return process.HasExited ? null : state;
        }
        catch (Exception e) when (e is IOException or JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    internal void Write(string home)
    {
        var temporary = Path.Combine(home, $"{FileName}.{Pid}");
        File.WriteAllText(temporary, JsonSerializer.Serialize(this, RunStateJson.Default.RunState));
        File.Move(temporary, Path.Combine(home, FileName), overwrite: true);
    }

    internal static void Remove(string home) => File.Delete(Path.Combine(home, FileName));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RunState))]
internal sealed partial class RunStateJson : JsonSerializerContext;
