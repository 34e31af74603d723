using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Resources;

namespace LlmKube.Cli.Commands.Services;

/// <summary><c>llmkube logs NAME</c>: what the engines of a service print.</summary>
internal static class LogsCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var name = new Argument<string>("name") { Description = "Name of the service" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with new lines until Ctrl-C" };
        var tail = new Option<int?>("--tail") { Description = "Only the last lines", HelpName = "lines" };
        var ns = CommonOptions.Namespace();
        var command = new Command("logs", "Print what a service's engine says\n\nExamples:\n  llmkube logs demo\n  llmkube logs demo -f --tail 20") { name, follow, tail, ns };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, ns, cancellationToken);
            var service = parsed.GetValue(name)!;
            var pods = await connection.Client.Of<Pod>().ListAsync(
                new ListOptions { Namespace = connection.Namespace, LabelSelector = Labels.SelectorTextOf(service) }, cancellationToken);
            if (pods.Items.Count == 0)
            {
                throw new CommandFailure($"The service {connection.Namespace}/{service} has no replica, so there is no log.", $"See why: llmkube status {service}", ExitCodes.NotFound);
            }

            using var gate = new SemaphoreSlim(1, 1);
            await Task.WhenAll(pods.Items.Select(pod => CopyAsync(connection, pod, pods.Items.Count > 1, parsed.GetValue(follow), parsed.GetValue(tail), context.Terminal, gate, cancellationToken)));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task CopyAsync(
        ClusterConnection connection, Pod pod, bool prefixed, bool follow, int? tail, Terminal terminal, SemaphoreSlim gate, CancellationToken cancellationToken)
    {
        var query = $"?follow={(follow ? "true" : "false")}{(tail is { } lines ? $"&tailLines={lines}" : "")}";
        using var response = await connection.Client.GetRawAsync(
            $"/api/v1/namespaces/{Uri.EscapeDataString(connection.Namespace)}/pods/{Uri.EscapeDataString(pod.Metadata.Name ?? "")}/log{query}", cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            await gate.WaitAsync(cancellationToken);
            try
            {
                await terminal.Out.WriteLineAsync(prefixed ? $"{pod.Metadata.Name}  {line}" : line);
            }
            finally
            {
                gate.Release();
            }
        }
    }
}
