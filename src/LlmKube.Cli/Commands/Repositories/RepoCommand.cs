using System.CommandLine;
using System.Globalization;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Models;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Repositories;

/// <summary><c>llmkube repo</c>: repositories of models, with versions and tags.</summary>
internal static class RepoCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var changes = new RepoChanges(context, common);
        return new Command("repo", "Work with repositories of models: versions that never change, and tags that name them")
        {
            BuildList(context, common),
            BuildModels(context, common),
            BuildTags(context, common),
            BuildShow(context, common),
            RepoPublish.BuildPush(context, common),
            RepoPublish.BuildCopy(context, common),
            changes.BuildTag(),
            changes.BuildPromote(),
            changes.BuildUntag(),
            changes.BuildCollect(),
            RepoVerify.Build(context, common),
            RepoServe.Build(context, common),
        };
    }

    private static Command BuildList(CommandContext context, CommonOptions common)
    {
        var ns = CommonOptions.Namespace();
        var all = CommonOptions.AllNamespaces();
        var output = CommonOptions.Output();
        var command = new Command("list", "List the ModelRepository objects of a cluster") { ns, all, output };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, ns, cancellationToken);
            var found = await connection.Client.Of<ModelRepository>().ListAsync(new ListOptions { Namespace = parsed.GetValue(all) ? null : connection.Namespace }, cancellationToken);
            var now = context.Time.GetUtcNow();
            Listing.Print<ModelRepository>(context.Terminal, parsed.GetValue(output), [.. found.Items.OrderBy(one => one.Metadata.Name, StringComparer.Ordinal)],
            [
                new("NAME", one => one.Metadata.Name ?? ""),
                new("TYPE", one => one.Spec.Type ?? ""),
                new("PLACE", one => one.Status?.Place ?? ""),
                new("READY", one => one.Status?.Conditions?.FirstOrDefault(condition => condition.Type == ConditionTypes.Ready)?.Status ?? "Unknown"),
                new("MODELS", one => one.Status?.Models?.ToString(CultureInfo.InvariantCulture) ?? ""),
                new("TAGS", one => one.Status?.Tags?.ToString(CultureInfo.InvariantCulture) ?? ""),
                new("SYNCED", one => one.Status?.LastSync is { } at ? Age.Print(at, now) : "never"),
                new("MESSAGE", one => one.Status?.Conditions?.FirstOrDefault(condition => condition.Type == ConditionTypes.Ready)?.Message ?? "", Wide: true),
            ],
            $"There are no ModelRepositories in namespace {connection.Namespace}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildModels(CommandContext context, CommonOptions common)
    {
        var place = RepoPlaces.Place();
        var places = new RepoPlaces(context, common);
        var command = new Command("models", "List the models of a repository\n\nExample:\n  llmkube repo models s3://models") { place };
        places.AddTo(command);
        places.Bind(command, place, async (parsed, cancellationToken) =>
        {
            await using var repository = await places.OpenAsync(parsed.GetValue(place)!, parsed, cancellationToken);
            foreach (var model in await repository.ModelsAsync(cancellationToken))
            {
                context.Terminal.Out.WriteLine(model);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildTags(CommandContext context, CommonOptions common)
    {
        var place = RepoPlaces.Place();
        var model = new Argument<string>("model") { Description = "Name of the model" };
        var places = new RepoPlaces(context, common);
        var command = new Command("tags", "List the tags of a model, each with the version that it names\n\nExample:\n  llmkube repo tags s3://models llama-3-8b") { place, model };
        places.AddTo(command);
        places.Bind(command, place, async (parsed, cancellationToken) =>
        {
            await using var repository = await places.OpenAsync(parsed.GetValue(place)!, parsed, cancellationToken);
            var tags = await repository.TagsAsync(VersionName.Parse(parsed.GetValue(model)!).Model, cancellationToken);
            Listing.PrintTable(context.Terminal, [.. tags], [new("TAG", tag => tag.Key), new("VERSION", tag => tag.Value)]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildShow(CommandContext context, CommonOptions common)
    {
        var place = RepoPlaces.Place();
        var model = new Argument<string>("model") { Description = "name, name:tag or name@version" };
        var output = CommonOptions.Output();
        var places = new RepoPlaces(context, common);
        var command = new Command("show", "Show the versions of a model, or what one version consists of\n\nExamples:\n  llmkube repo show s3://models llama-3-8b\n  llmkube repo show s3://models llama-3-8b:latest -o json") { place, model, output };
        places.AddTo(command);
        places.Bind(command, place, async (parsed, cancellationToken) =>
        {
            await using var repository = await places.OpenAsync(parsed.GetValue(place)!, parsed, cancellationToken);
            var name = VersionName.Parse(parsed.GetValue(model)!);
            if (name is { Tag: null, Version: null })
            {
                await ShowVersionsAsync(context.Terminal, repository, name.Model, cancellationToken);
                return ExitCodes.Ok;
            }

            var version = await name.ResolveAsync(repository, cancellationToken);
            var source = (await repository.SourceOfAsync(name.Model, version, cancellationToken)).ToString();
            var manifest = await repository.FindAsync(name.Model, version, cancellationToken)
                ?? throw new CommandFailure($"{name.Model}@{version} has no {VersionManifest.FileName} in {repository.Place}.", $"It can be fetched all the same: llmkube fetch '{source}'", ExitCodes.NotFound);
            ShowVersion(context.Terminal, parsed.GetValue(output), manifest, source);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task ShowVersionsAsync(Terminal terminal, IModelRepository repository, string model, CancellationToken cancellationToken)
    {
        var tags = await repository.TagsAsync(model, cancellationToken);
        var rows = new List<(string Version, VersionManifest? Manifest)>();
        foreach (var version in await repository.VersionsAsync(model, cancellationToken))
        {
            rows.Add((version, await repository.FindAsync(model, version, cancellationToken)));
        }

        if (rows.Count == 0)
        {
            throw new CommandFailure($"{repository.Place} has no model {model}.", $"llmkube repo models {repository.Place} lists what it has.", ExitCodes.NotFound);
        }

        Listing.PrintTable(terminal, [.. rows.OrderBy(row => row.Manifest?.Created).ThenBy(row => row.Version, StringComparer.Ordinal)],
        [
            new("VERSION", row => row.Version),
            new("TAGS", row => string.Join(',', tags.Where(tag => tag.Value == row.Version).Select(tag => tag.Key))),
            new("FILES", row => row.Manifest?.Files.Count.ToString(CultureInfo.InvariantCulture) ?? "?"),
            new("SIZE", row => row.Manifest is { } manifest ? ByteSize.Format(manifest.SizeBytes) : "?"),
            new("FORMAT", row => row.Manifest?.Format ?? ""),
            new("CREATED", row => row.Manifest?.Created?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? ""),
            new("SOURCE", row => row.Manifest?.Source is { } source ? Redact.Source(source) : ""),
        ]);
    }

    private static void ShowVersion(Terminal terminal, OutputFormat format, VersionManifest manifest, string source)
    {
        if (format is OutputFormat.Json)
        {
            terminal.Out.WriteLine(System.Text.Encoding.UTF8.GetString(manifest.ToJson()));
            return;
        }

        (string Name, string? Value)[] facts =
        [
            ("model", $"{manifest.Name}@{manifest.Version}"), ("size", ByteSize.Format(manifest.SizeBytes)), ("format", manifest.Format), ("quantization", manifest.Quantization), ("license", manifest.License),
            ("created", manifest.Created?.ToString("u", CultureInfo.InvariantCulture)), ("made from", manifest.Source is null ? null : Redact.Source(manifest.Source)), ("fetched as", source),
        ];
        Listing.PrintTable(terminal, [.. facts.Where(fact => fact.Value is { Length: > 0 })], [new("WHAT", fact => fact.Name), new("VALUE", fact => fact.Value!)]);
        Listing.PrintTable(terminal, manifest.Files, [new("FILE", file => file.Path), new("SIZE", file => ByteSize.Format(file.Size)), new("SHA256", file => file.Sha256)]);
    }
}
