using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Services;

/// <summary><c>llmkube delete NAME</c>: the service and the model of that name. The model's file stays where it is.</summary>
internal static class DeleteCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var name = new Argument<string>("name") { Description = "Name of the service and its model" };
        var wait = new Option<bool>("--wait") { Description = "Return when its replicas are gone (default; --wait=false returns at once)", DefaultValueFactory = _ => true };
        var timeout = new Option<string>("--timeout") { Description = "How long to wait, such as 90s or 10m", DefaultValueFactory = _ => "2m" };
        var ns = CommonOptions.Namespace();
        var command = new Command("delete", "Delete a service and its model; the model's file stays where it is\n\nExample:\n  llmkube delete demo") { name, wait, timeout, ns };
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

            if (parsed.GetValue(wait))
            {
                await UntilGoneAsync(connection.Client, key, DeployCommand.ParseDuration(parsed.GetValue(timeout)!), context.Time, cancellationToken);
            }

            context.Terminal.Say($"Deleted {(service && model ? "the service and the model" : service ? "the service" : "the model")} {key}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>A service is gone when its replicas are.</summary>
    private static async Task UntilGoneAsync(KubernetesClient client, ObjectKey key, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(_ => late.Cancel(), null, timeout, Timeout.InfiniteTimeSpan);
        var left = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            do
            {
                await FollowAsync(client, key, left, late.Token);
            }
            while (left.Count > 0);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailure(
                $"{key} is deleted, and after {timeout.TotalSeconds:0} s {left.Count} of its replicas still run: {string.Join(", ", left.Order(StringComparer.Ordinal))}.",
                "They may be finishing requests. Wait longer with --timeout, or look: kubectl get pods.",
                ExitCodes.TimedOut);
        }
    }

    /// <summary>Returns when no replica is left, or when the watch ends.</summary>
    private static async Task FollowAsync(KubernetesClient client, ObjectKey key, HashSet<string> left, CancellationToken cancellationToken)
    {
        var selector = Labels.SelectorTextOf(key.Name);
        var pods = await client.Of<Pod>().ListAsync(new ListOptions { Namespace = key.Namespace, LabelSelector = selector }, cancellationToken);
        left.Clear();
        left.UnionWith(pods.Items.Select(pod => pod.Metadata.Name!));
        if (left.Count == 0)
        {
            return;
        }

        var options = new WatchOptions { Namespace = key.Namespace, LabelSelector = selector, ResourceVersion = pods.ResourceVersion };
        await foreach (var change in client.Of<Pod>().WatchAsync(options, cancellationToken))
        {
            if (change.Kind == WatchEventKind.Deleted && left.Remove(change.Object.Metadata.Name!) && left.Count == 0)
            {
                return;
            }
        }
    }
}
