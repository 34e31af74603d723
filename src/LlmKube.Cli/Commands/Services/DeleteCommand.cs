using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Services;

/// <summary><c>llmkube delete NAME</c>: the service and the model of that name. The model's file stays where it is.</summary>
internal static class DeleteCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var name = new Argument<string>("name") { Description = "Name of the service and its model" };
        var ns = CommonOptions.Namespace();
        var command = new Command("delete", "Delete a service and its model; the model's file stays where it is\n\nExample:\n  llmkube delete demo") { name, ns };
        command.Aliases.Add("rm");
        command.Aliases.Add("del");
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, ns, cancellationToken);
            var key = new ObjectKey(connection.Namespace, parsed.GetValue(name)!);
            var service = await connection.Client.Of<InferenceService>().DeleteAsync(key, new DeleteOptions(), cancellationToken);
            var model = await connection.Client.Of<Model>().DeleteAsync(key, new DeleteOptions(), cancellationToken);
            if (!service && !model)
            {
                throw new CommandFailure($"There is neither a service nor a model {key}.", "llmkube list -A shows what there is.", ExitCodes.NotFound);
            }

            context.Terminal.Say($"Deleted {(service && model ? "the service and the model" : service ? "the service" : "the model")} {key}.");
            return ExitCodes.Ok;
        });
        return command;
    }
}
