using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Webhooks;

namespace LlmKube.Cli.Commands.Install;

/// <summary><c>llmkube uninstall</c>: takes the operator away, and what people declared only when asked to.</summary>
internal static class UninstallCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var ns = new Option<string>("--namespace", "-n") { Description = "Namespace of the operator", HelpName = "name", DefaultValueFactory = _ => "llmkube-system" };
        var crds = new Option<bool>("--crds") { Description = "Delete the resource definitions too, and with them every Model and InferenceService" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask" };
        var command = new Command(
            "uninstall",
            "Take LLMKube out of a cluster\n\nModels and services stay declared, their pods go on, and what was fetched stays in its claims.\n\nExamples:\n  llmkube uninstall --yes\n  llmkube uninstall --crds --yes")
        { ns, crds, yes };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            if (!parsed.GetValue(yes))
            {
                throw new CommandFailure("This takes the operator out of the cluster.", "Run it again with --yes if you mean it.", ExitCodes.Usage);
            }

            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, null, cancellationToken);
            foreach (var resource in InstallManifests.Of(new InstallSettings { Namespace = parsed.GetValue(ns)! }).Reverse())
            {
                // Running pods name their priority class; it stays with the definitions.
                if (resource.Kind is "CustomResourceDefinition" or "PriorityClass" && !parsed.GetValue(crds))
                {
                    continue;
                }

                var was = await connection.Client.Of(InstallManifests.DefinitionOf(resource)).DeleteAsync(resource.Key(), new DeleteOptions { PropagationPolicy = "Background" }, cancellationToken);
                context.Terminal.Out.WriteLine($"{resource.Kind.ToLowerInvariant()}/{resource.Metadata.Name} {(was ? "deleted" : "was not there")}");
            }

            foreach (var (definition, name) in WebhookKeeper.Registered)
            {
                await connection.Client.Of(definition).DeleteAsync(new ObjectKey("", name), new DeleteOptions(), cancellationToken);
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
