using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Microsoft.Extensions.Logging;

namespace LlmKube.Router.Routing;

/// <summary>Writes what was counted of services that are tried into their status, where the operator decides by it. Each router has an entry of its own.</summary>
internal sealed partial class CanaryReporter(KubernetesClient client, CanaryTraffic traffic, string router, TimeProvider time, ILogger logger)
{
    /// <summary>What comes within it is one report.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    private readonly Dictionary<ObjectKey, CanaryCount> _reported = [];

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await traffic.WaitAsync(cancellationToken);
                do
                {
                    await Task.Delay(s_pause, time, cancellationToken);
                }
                while (!await ReportAsync(cancellationToken));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }

    /// <summary>Reports what changed. False where the API server did not take it.</summary>
    private async Task<bool> ReportAsync(CancellationToken cancellationToken)
    {
        var counts = traffic.Counts();
        foreach (var gone in _reported.Keys.Except(counts.Select(count => count.Service)).ToList())
        {
            _reported.Remove(gone);
        }

        foreach (var count in counts.Where(count => count.Requests > 0 && _reported.GetValueOrDefault(count.Service) != count))
        {
            try
            {
                await client.Of(InferenceService.Definition).ApplyAsync(StatusOf(count), new ApplyOptions($"{FieldManagers.Router}-{router}") { Subresource = "status" }, cancellationToken);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // The trial ended.
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
            {
                NotReported(count.Service.ToString(), e.Message);
                return false;
            }

            _reported[count.Service] = count;
        }

        return true;
    }

    private DynamicObject StatusOf(CanaryCount count) => new(new JsonObject
    {
        ["apiVersion"] = InferenceService.Definition.ApiVersion,
        ["kind"] = InferenceService.Definition.Kind,
        ["metadata"] = new JsonObject { ["name"] = count.Service.Name, ["namespace"] = count.Service.Namespace },
        ["status"] = new JsonObject { ["traffic"] = new JsonArray(new JsonObject { ["router"] = router, ["requests"] = count.Requests, ["errors"] = count.Errors }) },
    });

    [LoggerMessage(Level = LogLevel.Warning, EventName = "CanaryNotReported", Message = "What {Service} answered could not be reported: {Why}")]
    private partial void NotReported(string service, string why);
}
