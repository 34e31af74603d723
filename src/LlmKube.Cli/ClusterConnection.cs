using LlmKube.Kubernetes.Client;

namespace LlmKube.Cli;

/// <summary>The API server that a command talks to, and the namespace it works in.</summary>
internal sealed record ClusterConnection(KubernetesClient Client, string Namespace) : IDisposable
{
    public void Dispose() => Client.Dispose();
}
