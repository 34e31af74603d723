using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Gateways;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Operator.KubeAi;

namespace LlmKube.Operator.Pods;

/// <summary>What the API server serves of the things that not every cluster has.</summary>
public sealed record Capabilities
{
    /// <summary>autoscaling/v2, since Kubernetes 1.23.</summary>
    public bool Autoscaling { get; init; }

    /// <summary>policy/v1, since Kubernetes 1.21.</summary>
    public bool DisruptionBudgets { get; init; }

    /// <summary>resource.k8s.io/v1, since Kubernetes 1.34.</summary>
    public bool ResourceClaims { get; init; }

    /// <summary>Envoy AI Gateway's resources.</summary>
    public bool AiGateway { get; init; }

    /// <summary>Pyrra, which makes objectives into rules for Prometheus.</summary>
    public bool Objectives { get; init; }

    /// <summary>KEDA, which scales by what Prometheus knows.</summary>
    public bool Keda { get; init; }

    /// <summary>KubeAI's Models.</summary>
    public bool KubeAi { get; init; }

    /// <summary>The minor version of the API server's Kubernetes 1; 0 where it does not say one.</summary>
    public int Minor { get; init; }

    /// <summary>Asks the API server.</summary>
    public static async Task<Capabilities> DiscoverAsync(KubernetesClient client, CancellationToken cancellationToken) => new()
    {
        Autoscaling = await ServesAsync(client, HorizontalPodAutoscaler.Definition, cancellationToken),
        DisruptionBudgets = await ServesAsync(client, PodDisruptionBudget.Definition, cancellationToken),
        AiGateway = await ServesAsync(client, AiGatewayRoute.Definition, cancellationToken) && await ServesAsync(client, GatewayBackend.Definition, cancellationToken),
        Objectives = await ServesAsync(client, ServiceLevelObjective.Definition, cancellationToken),
        Keda = await ServesAsync(client, ScaledObject.Definition, cancellationToken),
        KubeAi = await ServesAsync(client, KubeAiModel.Definition, cancellationToken),
        Minor = await MinorAsync(client, cancellationToken),
        ResourceClaims = await ServesAsync(client, new ResourceDefinition("resource.k8s.io", "v1", "ResourceClaim", "resourceclaims", Namespaced: true), cancellationToken),
    };

    private static async Task<int> MinorAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        using var response = await client.GetRawAsync("/version", cancellationToken);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken)) is JsonObject version && (string?)version["major"] == "1"
            && int.TryParse(((string?)version["minor"])?.TrimEnd('+'), NumberStyles.None, CultureInfo.InvariantCulture, out var minor) ? minor : 0;
    }

    /// <summary>Whether one kind is served in its version: the group's own list says so.</summary>
    private static async Task<bool> ServesAsync(KubernetesClient client, ResourceDefinition definition, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetRawAsync($"/apis/{definition.ApiVersion}", cancellationToken);
            var list = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.StatusCode == HttpStatusCode.OK && list.Contains($"\"{definition.Plural}\"", StringComparison.Ordinal);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return false;
        }
    }
}
