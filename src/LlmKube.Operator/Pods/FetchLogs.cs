using System.Text.Json;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Pods.Storage;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>Reads how far <c>llmkube fetch</c> is in a pod, from the last line that it printed. A container has no other word until it ends.</summary>
internal sealed class FetchLogs(KubernetesClient client)
{
    /// <summary>How often it is worth asking while something is fetched.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Null where it said nothing yet, or cannot be asked.</summary>
    public async Task<FetchStatus?> FindAsync(ObjectKey pod, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetRawAsync(
                $"/api/v1/namespaces/{Uri.EscapeDataString(pod.Namespace)}/pods/{Uri.EscapeDataString(pod.Name)}/log?container={FetchContainer.Name}&tailLines=1&limitBytes=4096", cancellationToken);
            return Read(await answer.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            // Progress is a courtesy: what the pod comes to is seen without it.
            return null;
        }
    }

    internal static FetchStatus? Read(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line.Trim());
            return json.RootElement is { ValueKind: JsonValueKind.Object } said && said.TryGetProperty("event", out var kind) && kind.ValueEquals("progress")
                ? json.RootElement.Deserialize(Resources.ResourcesJson.Default.FetchStatus)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
