using System.CommandLine;
using LlmKube.Cli.Commands;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Configuration;

namespace LlmKube.Cli;

/// <summary>The API server that a command talks to, and the namespace it works in.</summary>
internal sealed record ClusterConnection(KubernetesClient Client, string Namespace) : IDisposable
{
    /// <summary>The named kubeconfig and context; else KUBECONFIG; else the LLMKube of this machine; else kubectl's own.</summary>
    public static async Task<ClusterConnection> OpenAsync(
        ParseResult parsed, CommandContext context, CommonOptions common, Option<string?>? ns, CancellationToken cancellationToken, Func<ClientConfiguration, ClientConfiguration>? change = null)
    {
        try
        {
            var named = parsed.GetValue(common.Kubeconfig);
            var configuration = await ConfigurationLoader.LoadAsync(
                named is null ? null : context.FullPath(named),
                parsed.GetValue(common.Context),
                context.Environment,
                [Path.Combine(context.Home, "kubeconfig")],
                context.Time,
                cancellationToken);
            var client = ClientFactory.Create(change?.Invoke(configuration) ?? configuration, $"llmkube/{VersionCommand.Version.Split('+')[0]}", context.Time);
            return new ClusterConnection(client, (ns is null ? null : parsed.GetValue(ns)) ?? configuration.Namespace);
        }
        catch (ConfigurationException e)
        {
            throw new CommandFailure(e.Message);
        }
    }

    public void Dispose() => Client.Dispose();
}
