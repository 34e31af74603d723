using System.CommandLine;
using System.Globalization;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Services;

/// <summary><c>llmkube queue</c>: who waits for GPUs, in the order in which they get them.</summary>
internal static class QueueCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var output = CommonOptions.Output();
        var command = new Command("queue", "Show the services that wait for GPUs, the next one first\n\nExamples:\n  llmkube queue\n  llmkube queue -o json") { output };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, null, cancellationToken);
            var services = await connection.Client.Of<InferenceService>().ListAsync(new ListOptions(), cancellationToken);
            var now = context.Time.GetUtcNow();
            Listing.Print(context.Terminal, parsed.GetValue(output), Waiting(services.Items), Columns(now), "No service waits for a GPU.");
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>By the resource that they wait for, and among those by their place.</summary>
    internal static List<InferenceService> Waiting(IEnumerable<InferenceService> services) =>
    [
        .. services.Where(service => service.Status?.Phase == ServicePhases.WaitingForGpu)
            .OrderBy(service => service.Status?.WaitingFor?.Split(':')[0], StringComparer.Ordinal)
            .ThenBy(service => service.Status?.QueuePosition ?? int.MaxValue),
    ];

    private static Column<InferenceService>[] Columns(DateTimeOffset now) =>
    [
        new("PLACE", service => service.Status?.QueuePosition?.ToString(CultureInfo.InvariantCulture) ?? ""),
        new("NAMESPACE", service => service.Metadata.Namespace ?? ""),
        new("NAME", service => service.Metadata.Name ?? ""),
        new("PRIORITY", service => Defaults.PriorityOf(service.Spec)),
        new("WAITING FOR", service => service.Status?.WaitingFor ?? ""),
        new("SINCE", service => Age.Print(service.Metadata.CreationTimestamp, now)),
        new("SAYS", service => service.Status?.SchedulingMessage ?? "", Wide: true),
    ];
}
