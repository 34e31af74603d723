namespace LlmKube.Kubernetes.Configuration;

/// <summary>Finds the configuration as kubectl does: a named file, KUBECONFIG's list, the home folder's file, the cluster around this pod.</summary>
public static class ConfigurationLoader
{
    /// <summary>The first configuration that is there.</summary>
    /// <param name="kubeconfig">A file that was named explicitly; it must exist.</param>
    /// <param name="context">A context that was named explicitly.</param>
    /// <param name="environment">Looks an environment variable up.</param>
    /// <param name="otherFiles">Files to try after KUBECONFIG and before the home folder's.</param>
    /// <param name="time">The clock for credentials that expire.</param>
    /// <param name="cancellationToken">Ends a credential plugin that runs.</param>
    /// <exception cref="ConfigurationException">There is none, or it cannot be used.</exception>
    public static async Task<ClientConfiguration> LoadAsync(
        string? kubeconfig, string? context, Func<string, string?> environment, IReadOnlyList<string> otherFiles, TimeProvider time, CancellationToken cancellationToken)
    {
        if (kubeconfig is not null && !File.Exists(kubeconfig))
        {
            throw new ConfigurationException($"The kubeconfig {kubeconfig} does not exist.");
        }

        var files = kubeconfig is not null ? [kubeconfig]
            : environment("KUBECONFIG") is { Length: > 0 } list ? list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            : FirstExisting([.. otherFiles, Path.Combine(environment("HOME") ?? "", ".kube", "config")]);
        var config = KubeConfig.Load(files);
        if (config.Files.Count > 0)
        {
            return await new KubeConfigReader(config, time).ReadAsync(context, cancellationToken);
        }

        return InClusterConfiguration.Find(environment, time)
            ?? throw new ConfigurationException("No API server is known: there is no kubeconfig. Start LLMKube on this machine with llmkube up, or name a kubeconfig with --kubeconfig or KUBECONFIG.");
    }

    private static string[] FirstExisting(IReadOnlyList<string> files) => files.FirstOrDefault(File.Exists) is { } file ? [file] : [];
}
