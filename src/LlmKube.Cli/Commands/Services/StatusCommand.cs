using System.CommandLine;
using System.Globalization;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Models.Transfer;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Services;

/// <summary><c>llmkube status NAME</c>: the service, its model, its replicas, and what happened lately.</summary>
internal static class StatusCommand
{
    private const int EventsShown = 8;

    public static Command Build(CommandContext context, CommonOptions common)
    {
        var name = new Argument<string>("name") { Description = "Name of the service or the model" };
        var ns = CommonOptions.Namespace();
        var output = CommonOptions.Output();
        var command = new Command("status", "Show a service, its model and its replicas, and what to do when something is wrong\n\nExample:\n  llmkube status demo") { name, ns, output };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, ns, cancellationToken);
            var key = new ObjectKey(connection.Namespace, parsed.GetValue(name)!);
            var service = await connection.Client.Of<InferenceService>().FindAsync(key, cancellationToken);
            var model = await connection.Client.Of<Model>().FindAsync(service is null ? key : key with { Name = service.Spec.ModelRef }, cancellationToken);
            if (service is null && model is null)
            {
                throw new CommandFailure($"There is neither a service nor a model {key}.", "llmkube list -A shows what there is.", ExitCodes.NotFound);
            }

            var format = parsed.GetValue(output);
            if (service is not null && Listing.TryPrintObject(context.Terminal, format, service, InferenceService.JsonType))
            {
                return ExitCodes.Ok;
            }

            if (service is null && Listing.TryPrintObject(context.Terminal, format, model!, Model.JsonType))
            {
                return ExitCodes.Ok;
            }

            await PrintAsync(connection, key, service, model, context, cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task PrintAsync(ClusterConnection connection, ObjectKey key, InferenceService? service, Model? model, CommandContext context, CancellationToken cancellationToken)
    {
        var page = new StatusPage(context.Terminal.Out, context.Time.GetUtcNow());
        if (model is not null)
        {
            page.Model(model);
        }

        if (service is not null)
        {
            page.Service(service);
            var pods = await connection.Client.Of<Pod>().ListAsync(
                new ListOptions { Namespace = key.Namespace, LabelSelector = Labels.SelectorTextOf(key.Name) }, cancellationToken);
            page.Replicas(pods.Items);
        }

        var events = await connection.Client.Of<Event>().ListAsync(new ListOptions { Namespace = key.Namespace, FieldSelector = $"involvedObject.name={key.Name}" }, cancellationToken);
        page.Events([.. events.Items.OrderBy(item => item.LastTimestamp).TakeLast(EventsShown)]);
    }

    /// <summary>Writes the sections of the page.</summary>
    private sealed class StatusPage(TextWriter output, DateTimeOffset now)
    {
        public void Model(Model model)
        {
            var status = model.Status;
            output.WriteLine($"MODEL {model.Metadata.Namespace}/{model.Metadata.Name}");
            Field("Phase", status?.Phase ?? "Pending");
            Field("Source", model.Spec.Source?.ToString());
            Field("Version", status?.ResolvedVersion);
            Field("Path", status?.Path);
            Field("Size", status?.Size);
            Field("Revision", status?.ResolvedRevision);
            Field("SHA-256", status?.Sha256);
            if (status?.Gguf is { } gguf)
            {
                Field("Architecture", gguf.Architecture);
                Field("Name in file", gguf.ModelName);
                Field("Quantization", gguf.Quantization);
                Field("Context", gguf.ContextLength?.ToString(CultureInfo.InvariantCulture));
                Field("Layers", gguf.LayerCount?.ToString(CultureInfo.InvariantCulture));
                Field("License", gguf.License);
            }

            Conditions(status?.Conditions);
        }

        public void Service(InferenceService service)
        {
            var status = service.Status;
            output.WriteLine();
            output.WriteLine($"SERVICE {service.Metadata.Namespace}/{service.Metadata.Name}");
            Field("Phase", status?.Phase ?? "Pending");
            Field("Model", service.Spec.ModelRef);
            Field("Runtime", Defaults.RuntimeOf(service.Spec));
            Field("Replicas", string.Create(CultureInfo.InvariantCulture, $"{status?.ReadyReplicas ?? 0} of {status?.DesiredReplicas ?? Defaults.DesiredReplicasOf(service.Spec)} ready"));
            Field("Endpoint", status?.Endpoint);
            Field("Runs on", status?.Placement is { Type: PlacementTypes.Pods } pods ? $"pods of the cluster. {pods.Reason}" : status?.Placement?.NodeName);
            Field("Scheduling", status?.SchedulingStatus);
            Field("Waiting for", status?.WaitingFor is { } waiting ? $"{waiting}, place {status.QueuePosition} in the queue" : null);
            if (status?.Fetch is { BytesDone: { } done } fetch)
            {
                Field("Fetching", ProgressLine.Words(new TransferProgress(done, fetch.BytesTotal, fetch.BytesPerSecond ?? 0, 0, 1)));
            }

            Conditions(status?.Conditions);
        }

        public void Replicas(IReadOnlyList<Pod> pods)
        {
            output.WriteLine();
            output.WriteLine(pods.Count == 0 ? "REPLICAS none" : "REPLICAS");
            foreach (var pod in pods.OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal))
            {
                var container = pod.Status?.ContainerStatuses is { Count: > 0 } all ? all[0] : null;
                var state = container?.Ready == true ? "ready" : container?.State?.Waiting?.Reason ?? (container?.State?.Running is not null ? "loading" : "waiting");
                output.WriteLine($"  {pod.Metadata.Name}  {state}, {container?.RestartCount ?? 0} restarts, {container?.ContainerID ?? "no process"}");
            }
        }

        public void Events(IReadOnlyList<Event> events)
        {
            output.WriteLine();
            output.WriteLine(events.Count == 0 ? "EVENTS none" : "EVENTS");
            foreach (var item in events)
            {
                output.WriteLine($"  {Age.Print(item.LastTimestamp, now),-6} {item.Type,-8} {item.Reason}: {item.Message}{(item.Count > 1 ? $" (x{item.Count})" : "")}");
            }
        }

        private void Field(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                output.WriteLine($"  {name + ":",-14} {value}");
            }
        }

        private void Conditions(IReadOnlyList<Condition>? conditions)
        {
            foreach (var condition in conditions ?? [])
            {
                if (condition.Type is ConditionTypes.Ready || condition.Status == Condition.True || condition.Type is "HostFieldsApplied" or "PodFieldsApplied")
                {
                    output.WriteLine($"  {condition.Type + ":",-14} {condition.Status} {condition.Reason}: {condition.Message}");
                }
            }
        }
    }
}
