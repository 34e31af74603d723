using System.CommandLine;
using System.Text.Json.Nodes;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Workloads;

namespace LlmKube.Cli.Commands.Install;

/// <summary><c>llmkube install</c> and <c>llmkube upgrade</c>: applies what a cluster needs. The one is the other, run again.</summary>
internal static class InstallCommand
{
    private const string CelRules = "x-kubernetes-validations";
    private const string FieldManager = "llmkube-install";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    public static Command Build(CommandContext context, CommonOptions common) => Build(
        "install",
        "Install LLMKube into a cluster\n\nApplies the resource definitions, the operator's rights and its Deployment. Run it again to change something.\n\nExamples:\n  llmkube install\n  llmkube install --image registry.local/llmkube:0.1.0 --operator-arg --model-cache-size=500Gi\n  llmkube install --dry-run",
        context,
        common);

    public static Command BuildUpgrade(CommandContext context, CommonOptions common) => Build(
        "upgrade",
        "Bring the LLMKube of a cluster to this version\n\nModels, services and what was fetched stay. Pass what was passed to llmkube install.\n\nExamples:\n  llmkube upgrade --dry-run\n  llmkube upgrade --image registry.local/llmkube:0.1.0",
        context,
        common);

    private static Command Build(string name, string description, CommandContext context, CommonOptions common)
    {
        var image = new Option<string?>("--image") { Description = "This product's image, where it is not taken from its own registry", HelpName = "image" };
        var ns = new Option<string>("--namespace", "-n") { Description = "Namespace of the operator", HelpName = "name", DefaultValueFactory = _ => "llmkube-system" };
        var withoutRouter = new Option<bool>("--no-router") { Description = "Install no router" };
        var arguments = new Option<string[]>("--operator-arg") { Description = "Further flag of llmkube operator; may be repeated", HelpName = "flag" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would change, and change nothing" };
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait until the operator runs" };
        var command = new Command(name, description) { image, ns, withoutRouter, arguments, dryRun, noWait };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, null, cancellationToken);
            var settings = new InstallSettings
            {
                Namespace = parsed.GetValue(ns)!,
                Image = parsed.GetValue(image),
                Router = !parsed.GetValue(withoutRouter),
                OperatorArguments = parsed.GetValue(arguments) ?? [],
            };
            var isDry = parsed.GetValue(dryRun);
            foreach (var resource in InstallManifests.Of(settings))
            {
                var outcome = await ApplyWhatIsKnownAsync(connection.Client, resource, isDry, context, cancellationToken);
                context.Terminal.Out.WriteLine($"{resource.Kind.ToLowerInvariant()}/{resource.Metadata.Name} {outcome}{(isDry ? " (dry run)" : "")}");
            }

            if (!isDry && !parsed.GetValue(noWait))
            {
                await WaitAsync(connection.Client, new ObjectKey(settings.Namespace, "llmkube-operator"), context, cancellationToken);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Clusters before Kubernetes 1.25 know no CEL rules and refuse an apply that has them: the operator's own checks stand in.</summary>
    private static async Task<string> ApplyWhatIsKnownAsync(KubernetesClient client, DynamicObject resource, bool dryRun, CommandContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await ApplyAsync(client, resource, dryRun, cancellationToken);
        }
        catch (ApiException e) when (e.Message.Contains($"{CelRules}: field not declared", StringComparison.Ordinal))
        {
            context.Terminal.Say($"This cluster knows no CEL rules (Kubernetes 1.25 and later do): {resource.Metadata.Name} goes without them, and the operator checks what they say.");
            return await ApplyAsync(client, new DynamicObject(Without(resource.Json.DeepClone(), CelRules).AsObject()), dryRun, cancellationToken);
        }
    }

    private static JsonNode Without(JsonNode node, string field)
    {
        if (node is JsonObject json)
        {
            json.Remove(field);
        }

        foreach (var child in node is JsonArray list ? list.ToList() : [.. node.AsObject().Select(pair => pair.Value)])
        {
            if (child is JsonObject or JsonArray)
            {
                Without(child, field);
            }
        }

        return node;
    }

    private static async Task<string> ApplyAsync(KubernetesClient client, DynamicObject resource, bool dryRun, CancellationToken cancellationToken)
    {
        var resources = client.Of(InstallManifests.DefinitionOf(resource));
        var before = await resources.FindAsync(resource.Key(), cancellationToken);
        if (before is null && dryRun)
        {
            // A namespace that is not there yet refuses what would come into it.
            return "created";
        }

        var after = await resources.ApplyAsync(resource, new ApplyOptions(FieldManager) { DryRun = dryRun }, cancellationToken);
        return before is null ? "created" : JsonNode.DeepEquals(Content(before), Content(after)) ? "unchanged" : "changed";
    }

    /// <summary>An object without what every write changes.</summary>
    private static JsonObject Content(DynamicObject resource)
    {
        var json = resource.Json.DeepClone().AsObject();
        json.Remove("status");
        foreach (var field in (string[])["managedFields", "resourceVersion", "generation"])
        {
            json["metadata"]!.AsObject().Remove(field);
        }

        return json;
    }

    private static async Task WaitAsync(KubernetesClient client, ObjectKey key, CommandContext context, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(s_patience, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            context.Terminal.Say("Waiting for the operator ...");
            while (true)
            {
                await foreach (var change in client.Of<Deployment>().WatchAsync(new WatchOptions { Namespace = key.Namespace, FieldSelector = $"metadata.name={key.Name}" }, either.Token))
                {
                    if (change.Kind is WatchEventKind.Added or WatchEventKind.Modified && IsUp(change.Object))
                    {
                        context.Terminal.Say("The operator runs. Next: llmkube deploy demo --source <model>");
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailure($"The operator did not start within {s_patience.TotalMinutes:0} minutes.", $"See why: kubectl -n {key.Namespace} describe pods -l app.kubernetes.io/component=operator");
        }
    }

    private static bool IsUp(Deployment deployment) =>
        deployment.Status is { } status && status.ObservedGeneration >= deployment.Metadata.Generation && status.UpdatedReplicas >= 1 && status.AvailableReplicas >= 1 && status.Replicas == status.UpdatedReplicas;
}
