using System.Text.Json;
using LlmKube.Kubernetes.Objects.Core;

namespace LlmKube.Operator.Services;

/// <summary>Reads why the container that fetches a model failed, from the last line that it printed. Pure.</summary>
internal static class FetchFailures
{
    public static FetchFailure? Of(ContainerStatus? downloader)
    {
        if (downloader is null || downloader.State?.Running is not null)
        {
            return null;
        }

        var ended = downloader.State?.Terminated ?? downloader.LastState?.Terminated;
        return ended is null or { ExitCode: 0 } ? null : Read(ended.Message) ?? new FetchFailure($"The container {downloader.Name} ended with exit code {ended.ExitCode}. See its log.", Heals: true);
    }

    private static FetchFailure? Read(string? log)
    {
        foreach (var line in (log ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            try
            {
                using var json = JsonDocument.Parse(line);
                if (json.RootElement.ValueKind == JsonValueKind.Object
                    && json.RootElement.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
                    && json.RootElement.TryGetProperty("retry", out var retry))
                {
                    return new FetchFailure(message.GetString()!, retry.ValueKind == JsonValueKind.True);
                }
            }
            catch (JsonException)
            {
                // A line that is cut, or that another program printed.
            }
        }

        return null;
    }
}
