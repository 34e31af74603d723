using System.CommandLine;
using System.Globalization;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Services;

/// <summary><c>llmkube list [models|services]</c>.</summary>
internal static class ListCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var kind = new Argument<string>("kind") { Description = "services (default) or models", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "services" };
        kind.AcceptOnlyFromAmong("services", "service", "svc", "inferenceservices", "isvc", "models", "model", "mdl");
        var ns = CommonOptions.Namespace();
        var all = CommonOptions.AllNamespaces();
        var output = CommonOptions.Output();
        var command = new Command("list", "List services or models\n\nExamples:\n  llmkube list\n  llmkube list models -A -o wide") { kind, ns, all, output };
        command.Aliases.Add("ls");
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, ns, cancellationToken);
            var everywhere = parsed.GetValue(all);
            var options = new ListOptions { Namespace = everywhere ? null : connection.Namespace };
            var now = context.Time.GetUtcNow();
            var where = everywhere ? "any namespace" : $"namespace {connection.Namespace}";
            if (parsed.GetValue(kind)!.StartsWith('m'))
            {
                var models = await connection.Client.Of<Model>().ListAsync(options, cancellationToken);
                Listing.Print(context.Terminal, parsed.GetValue(output), Sorted(models.Items), [.. NamespaceColumn<Model>(everywhere), .. ModelColumns(now)], $"There are no models in {where}.");
            }
            else
            {
                var services = await connection.Client.Of<InferenceService>().ListAsync(options, cancellationToken);
                Listing.Print(
                    context.Terminal, parsed.GetValue(output), Sorted(services.Items), [.. NamespaceColumn<InferenceService>(everywhere), .. ServiceColumns(now)],
                    $"There are no services in {where}. Deploy one: llmkube deploy demo --source /path/to/model.gguf");
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static List<T> Sorted<T>(IEnumerable<T> items)
        where T : IResource => [.. items.OrderBy(item => item.Key().ToString(), StringComparer.Ordinal)];

    private static Column<T>[] NamespaceColumn<T>(bool everywhere)
        where T : IResource => everywhere ? [new("NAMESPACE", item => item.Metadata.Namespace ?? "")] : [];

    private static Column<InferenceService>[] ServiceColumns(DateTimeOffset now) =>
    [
        new("NAME", service => service.Metadata.Name ?? ""),
        new("MODEL", service => service.Spec.ModelRef),
        new("PHASE", service => service.Status?.Phase ?? "Pending"),
        new("REPLICAS", service => string.Create(CultureInfo.InvariantCulture, $"{service.Status?.ReadyReplicas ?? 0}/{service.Status?.DesiredReplicas ?? Defaults.DesiredReplicasOf(service.Spec)}")),
        new("ENDPOINT", service => service.Status?.Endpoint ?? ""),
        new("AGE", service => Age.Print(service.Metadata.CreationTimestamp, now)),
        new("RUNTIME", service => Defaults.RuntimeOf(service.Spec), Wide: true),
        new("RUNS IN", service => service.Status?.Placement is { } placement ? placement.NodeName ?? "pods" : "", Wide: true),
        new("REASON", service => service.Status?.SchedulingStatus ?? "", Wide: true),
        new("PRIORITY", service => Defaults.PriorityOf(service.Spec), Wide: true),
    ];

    private static Column<Model>[] ModelColumns(DateTimeOffset now) =>
    [
        new("NAME", model => model.Metadata.Name ?? ""),
        new("PHASE", model => model.Status?.Phase ?? "Pending"),
        new("SIZE", model => model.Status?.Size ?? ""),
        new("ACCELERATOR", model => Defaults.AcceleratorOf(model.Spec)),
        new("AGE", model => Age.Print(model.Metadata.CreationTimestamp, now)),
        new("ARCH", model => model.Status?.Gguf?.Architecture ?? "", Wide: true),
        new("QUANTIZATION", model => model.Status?.Gguf?.Quantization ?? model.Spec.Quantization ?? "", Wide: true),
        new("PATH", model => model.Status?.Path ?? "", Wide: true),
    ];
}
