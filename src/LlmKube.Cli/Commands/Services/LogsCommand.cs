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
        var previous = new Option<bool>("--previous", "-p") { Description = "What the process before the present one said, such as why it ended" };
        var only = new Option<string?>("--pod") { Description = "Only this replica; llmkube status shows their names", HelpName = "name" };
        var ns = CommonOptions.Namespace();
        var command = new Command(
            "logs",
            "Print what a service's engine says\n\nExamples:\n  llmkube logs demo\n  llmkube logs demo -f --tail 20\n  llmkube logs demo --previous")
        {
            name, follow, tail, previous, only, ns,
        };
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

            var wanted = parsed.GetValue(only) is { } pod ? [.. pods.Items.Where(item => item.Metadata.Name == pod)] : pods.Items;
            if (wanted.Count == 0)
            {
                throw new CommandFailure(
                    $"The service {connection.Namespace}/{service} has no replica {parsed.GetValue(only)}.", $"It has: {string.Join(", ", pods.Items.Select(item => item.Metadata.Name))}", ExitCodes.NotFound);
            }

            var query = $"?follow={(parsed.GetValue(follow) ? "true" : "false")}{(parsed.GetValue(previous) ? "&previous=true" : "")}{(parsed.GetValue(tail) is { } lines ? $"&tailLines={lines}" : "")}";
            using var gate = new SemaphoreSlim(1, 1);
            await Task.WhenAll(wanted.Select(item => CopyAsync(connection, item, query, wanted.Count > 1, context.Terminal, gate, cancellationToken)));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task CopyAsync(
        ClusterConnection connection, Pod pod, string query, bool prefixed, Terminal terminal, SemaphoreSlim gate, CancellationToken cancellationToken)
    {
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
