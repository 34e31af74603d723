namespace LlmKube.Resources;

/// <summary>Names of the objects that stand for an InferenceService.</summary>
public static class ServiceNames
{
    /// <summary>
    /// Name of the Service: the InferenceService's own with dots as dashes, because a Service's name is one DNS label
    /// while a custom resource's may be several.
    /// </summary>
    public static string ServiceOf(string inferenceService) => inferenceService.Replace('.', '-');

    /// <summary>DNS name of that Service inside the cluster.</summary>
    public static string HostOf(string inferenceService, string ns) => $"{ServiceOf(inferenceService)}.{ns}.svc.cluster.local";

    /// <summary>Value of <c>status.endpoint</c>.</summary>
    public static string EndpointOf(string inferenceService, string ns, int port, string path) =>
        $"http://{HostOf(inferenceService, ns)}:{port}{(path.StartsWith('/') ? path : "/" + path)}";
}
