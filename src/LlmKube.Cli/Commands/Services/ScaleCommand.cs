using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Services;

/// <summary><c>llmkube scale NAME --replicas N</c>.</summary>
internal static class ScaleCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var name = new Argument<string>("name") { Description = "Name of the service" };
        var replicas = new Option<int>("--replicas", "-r") { Description = "Number of replicas", Required = true };
        var ns = CommonOptions.Namespace();
        var command = new Command("scale", "Set the number of replicas of a service\n\nExample:\n  llmkube scale demo --replicas 3") { name, replicas, ns };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, ns, cancellationToken);
            var key = new ObjectKey(connection.Namespace, parsed.GetValue(name)!);
            await connection.Client.Of<InferenceService>().ScaleAsync(key, parsed.GetValue(replicas), cancellationToken);
            context.Terminal.Say($"Scaled {key} to {parsed.GetValue(replicas)}.");
            return ExitCodes.Ok;
        });
        return command;
    }
}
