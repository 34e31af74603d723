using LlmKube.Kubernetes.Objects;

namespace LlmKube.Agent;

/// <summary>Where the log of a replica's Pod lies.</summary>
public static class AgentLogs
{
    public static string PathOf(string home, ObjectKey pod) => Path.Combine(FolderOf(home), $"{pod.Namespace}_{pod.Name}.log");

    internal static string FolderOf(string home) => Path.Combine(home, "logs");
}
