namespace LlmKube.ApiServer.Discovery;

/// <summary>The forms in which the two roots of discovery can be had.</summary>
internal static class DiscoveryForms
{
    public const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    public const string AggregatedBeta = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

    /// <summary>The first form of the Accept header that is served; a client names them in its order of preference.</summary>
    public static string Choose(string? accept)
    {
        foreach (var entry in (accept ?? "").Split(','))
        {
            var parameters = entry.Split(';', StringSplitOptions.TrimEntries);
            if (parameters[0] != Document.Json)
            {
                continue;
            }

            if (!parameters.Contains("as=APIGroupDiscoveryList", StringComparer.Ordinal))
            {
                return Document.Json;
            }

            if (parameters.Contains("v=v2", StringComparer.Ordinal))
            {
                return Aggregated;
            }

            if (parameters.Contains("v=v2beta1", StringComparer.Ordinal))
            {
                return AggregatedBeta;
            }
        }

        return Document.Json;
    }
}
