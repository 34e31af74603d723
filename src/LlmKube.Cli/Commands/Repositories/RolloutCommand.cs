using System.CommandLine;
using System.Text.Json.Nodes;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Repositories;

/// <summary><c>llmkube rollout status|undo|promote|pause|resume</c>: which version of a model is served.</summary>
internal sealed class RolloutCommand
{
    private const string FieldManager = "llmkube-cli";
    private readonly CommandContext _context;
    private readonly CommonOptions _common;

    private RolloutCommand(CommandContext context, CommonOptions common) => (_context, _common) = (context, common);

    public static Command Build(CommandContext context, CommonOptions common)
    {
        var rollout = new RolloutCommand(context, common);
        var to = new Option<string?>("--to") { Description = "Version to go back to (default: the one that was served before)", HelpName = "version" };
        return new Command("rollout", "See and steer which version of a model is served")
        {
            rollout.Command("status", "Show the version that is served, those before it, and the services that serve it\n\nExample:\n  llmkube rollout status llama", [], rollout.ShowAsync),
            rollout.Command("undo", "Serve the version before, and stay with it whatever the tag says\n\nExample:\n  llmkube rollout undo llama", [to], (connection, model, parsed, cancellationToken) => rollout.UndoAsync(connection, model, parsed.GetValue(to), cancellationToken)),
            rollout.Command("promote", "Serve the version that is tried to all, or was taken back, without waiting for more\n\nExample:\n  llmkube rollout promote llama", [], (connection, model, _, cancellationToken) => rollout.PromoteAsync(connection, model, cancellationToken)),
            rollout.Command("pause", "Stay with the version that is served, whatever the tag says", [], (connection, model, _, cancellationToken) => rollout.PinAsync(connection, model, Served(model), $"{Served(model)} stays", cancellationToken)),
            rollout.Command("resume", "Follow the tag again", [], (connection, model, _, cancellationToken) => rollout.PinAsync(connection, model, null, "It follows its tag again", cancellationToken)),
        };
    }

    private Command Command(string name, string description, Option[] options, Func<ClusterConnection, Model, ParseResult, CancellationToken, Task> act)
    {
        var model = new Argument<string>("model") { Description = "Name of the Model" };
        var ns = CommonOptions.Namespace();
        var command = new Command(name, description) { model, ns };
        foreach (var option in options)
        {
            command.Options.Add(option);
        }

        Runner.Bind(command, _context, _common, async (parsed, cancellationToken) =>
        {
            using var connection = await ClusterConnection.OpenAsync(parsed, _context, _common, ns, cancellationToken);
            var found = await connection.Client.Of<Model>().GetAsync(new ObjectKey(connection.Namespace, parsed.GetValue(model)!), cancellationToken);
            if (found.Status?.ResolvedVersion is null && found.Metadata.Annotations?.ContainsKey(Annotations.PinnedVersion) != true)
            {
                throw new CommandFailure($"The Model {found.Metadata.Name} has no versions.", "Those of a repository have (spec.source: repo://repository/model:tag), and those of a registry or a Hub with spec.refreshPolicy: Canary.", ExitCodes.Blocked);
            }

            await act(connection, found, parsed, cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Served(Model model) => model.Status?.ResolvedVersion ?? throw new CommandFailure($"No version of {model.Metadata.Name} is served yet.", exitCode: ExitCodes.Blocked);

    private async Task ShowAsync(ClusterConnection connection, Model model, ParseResult parsed, CancellationToken cancellationToken)
    {
        var now = _context.Time.GetUtcNow();
        var versions = (model.Status?.Versions ?? []).Reverse().Select((one, index) => (one.Version, one.Since, State: index == 0 ? "served" : "")).ToList();
        if (model.Status?.Canary is { } canary && canary.Version != model.Status.ResolvedVersion)
        {
            versions.Insert(0, (canary.Version, canary.Since, canary.Phase == CanaryPhases.Progressing ? "tried" : "taken back"));
        }

        Listing.PrintTable(_context.Terminal, versions,
        [
            new("VERSION", one => one.Version),
            new("SINCE", one => Age.Print(one.Since, now)),
            new("STATE", one => one.State),
        ]);
        var services = await connection.Client.Of<InferenceService>().ListAsync(new ListOptions { Namespace = connection.Namespace }, cancellationToken);
        foreach (var service in services.Items.Where(service => service.Spec.ModelRef == model.Metadata.Name))
        {
            _context.Terminal.Say($"Service {service.Metadata.Name}: {service.Status?.Phase ?? "Pending"}, {service.Status?.ReadyReplicas ?? 0} of {service.Status?.DesiredReplicas ?? 0} ready.");
        }

        if (model.Status?.Conditions?.FirstOrDefault(condition => condition.Type == ConditionTypes.SourceDrifted)?.Message is { Length: > 0 } message)
        {
            _context.Terminal.Say(message);
        }
    }

    private async Task UndoAsync(ClusterConnection connection, Model model, string? wanted, CancellationToken cancellationToken)
    {
        var isTried = model.Status?.Canary is { Phase: CanaryPhases.Progressing };
        var version = wanted ?? (isTried ? Served(model) : null) ?? model.Status?.Versions?.LastOrDefault(one => one.Version != Served(model))?.Version
            ?? throw new CommandFailure($"No other version of {model.Metadata.Name} was served before {Served(model)}.", "Name one with --to.", ExitCodes.Blocked);
        await PinAsync(connection, model, version, isTried && wanted is null ? $"{version} stays, and {model.Status!.Canary!.Version} is tried no more" : $"{version} is served again", cancellationToken);
    }

    private async Task PromoteAsync(ClusterConnection connection, Model model, CancellationToken cancellationToken)
    {
        if (model.Status?.Canary is not { Version: { Length: > 0 } version } || version == model.Status.ResolvedVersion)
        {
            throw new CommandFailure($"No version of {model.Metadata.Name} is tried.", "Versions are tried with spec.refreshPolicy: Canary, when the tag names a new one.", ExitCodes.Blocked);
        }

        await AnnotateAsync(connection, model, Annotations.PromotedVersion, version, cancellationToken);
        _context.Terminal.Say($"{version} is served to all.");
    }

    private static Task<Model> AnnotateAsync(ClusterConnection connection, Model model, string annotation, string? value, CancellationToken cancellationToken) => connection.Client.Of<Model>().PatchAsync(
        model.Key(), Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [annotation] = value } } }), new PatchOptions { FieldManager = FieldManager }, cancellationToken);

    private async Task PinAsync(ClusterConnection connection, Model model, string? version, string said, CancellationToken cancellationToken)
    {
        await AnnotateAsync(connection, model, Annotations.PinnedVersion, version, cancellationToken);
        _context.Terminal.Say(version is null ? $"{said}." : $"{said} until llmkube rollout resume {model.Metadata.Name}.");
    }
}
