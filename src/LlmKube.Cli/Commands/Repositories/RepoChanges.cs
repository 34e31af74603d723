using System.CommandLine;
using System.Globalization;
using LlmKube.Cli.Console;
using LlmKube.Models.Repositories;

namespace LlmKube.Cli.Commands.Repositories;

/// <summary><c>llmkube repo tag|promote|untag|gc</c>: what changes a repository without moving a model's bytes.</summary>
internal sealed class RepoChanges(CommandContext context, CommonOptions common)
{
    public Command BuildTag()
    {
        var (place, places) = (RepoPlaces.Place(), new RepoPlaces(context, common));
        var model = new Argument<string>("model") { Description = "name@version" };
        var tag = new Argument<string>("tag") { Description = "The tag that shall name it" };
        var command = new Command("tag", "Let a tag name a version\n\nExample:\n  llmkube repo tag s3://models llama-3-8b@2024-03-20 latest") { place, model, tag };
        places.AddTo(command);
        places.Bind(command, place, async (parsed, cancellationToken) =>
        {
            var name = VersionName.ParseVersion(parsed.GetValue(model)!);
            await using var repository = await places.OpenAsync(parsed.GetValue(place)!, parsed, cancellationToken);
            await repository.TagAsync(name.Model, parsed.GetValue(tag)!, name.Version!, cancellationToken);
            context.Terminal.Say($"{name.Model}:{parsed.GetValue(tag)} names {name.Version} now.");
            return ExitCodes.Ok;
        });
        return command;
    }

    public Command BuildPromote()
    {
        var (place, places) = (RepoPlaces.Place(), new RepoPlaces(context, common));
        var model = new Argument<string>("model") { Description = "name:tag, such as llama-3-8b:staging" };
        var tag = new Argument<string>("tag") { Description = "The tag that shall name the same version, such as production" };
        var command = new Command("promote", "Let a tag name the version that another one names\n\nExample:\n  llmkube repo promote s3://models llama-3-8b:staging production") { place, model, tag };
        places.AddTo(command);
        places.Bind(command, place, async (parsed, cancellationToken) =>
        {
            var name = VersionName.Parse(parsed.GetValue(model)!);
            await using var repository = await places.OpenAsync(parsed.GetValue(place)!, parsed, cancellationToken);
            var version = await name.ResolveAsync(repository, cancellationToken);
            var before = await repository.FindTagAsync(name.Model, parsed.GetValue(tag)!, cancellationToken);
            await repository.TagAsync(name.Model, parsed.GetValue(tag)!, version, cancellationToken);
            context.Terminal.Say(before == version ? $"{name.Model}:{parsed.GetValue(tag)} names {version} already." : $"{name.Model}:{parsed.GetValue(tag)} names {version} now{(before is null ? "" : $", and named {before} before")}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    public Command BuildUntag()
    {
        var (place, places) = (RepoPlaces.Place(), new RepoPlaces(context, common));
        var model = new Argument<string>("model") { Description = "name:tag" };
        var command = new Command("untag", "Take a tag away; its version stays") { place, model };
        places.AddTo(command);
        places.Bind(command, place, async (parsed, cancellationToken) =>
        {
            var name = VersionName.Parse(parsed.GetValue(model)!);
            if (name.Tag is null)
            {
                throw new CommandFailure($"'{parsed.GetValue(model)}' does not say which tag.", "Write name:tag.", ExitCodes.Usage);
            }

            await using var repository = await places.OpenAsync(parsed.GetValue(place)!, parsed, cancellationToken);
            await repository.UntagAsync(name.Model, name.Tag, cancellationToken);
            context.Terminal.Say($"{name.Model}:{name.Tag} is gone.");
            return ExitCodes.Ok;
        });
        return command;
    }

    public Command BuildCollect()
    {
        var (place, places) = (RepoPlaces.Place(), new RepoPlaces(context, common));
        var model = new Argument<string?>("model") { Description = "Name of the model (default: all)", Arity = ArgumentArity.ZeroOrOne };
        var keep = new Option<int>("--keep") { Description = "How many of the newest versions stay although no tag names them", DefaultValueFactory = _ => 1 };
        var older = new Option<double>("--older-than") { Description = "What is younger stays: somebody may be about to tag it, or still be sending it", HelpName = "hours", DefaultValueFactory = _ => 24 };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would go" };
        var command = new Command("gc", "Take away versions that no tag names, and what is left of uploads that were given up\n\nExample:\n  llmkube repo gc s3://models --keep 2 --dry-run") { place, model, keep, older, dryRun };
        places.AddTo(command);
        places.Bind(command, place, async (parsed, cancellationToken) =>
        {
            await using var repository = await places.OpenAsync(parsed.GetValue(place)!, parsed, cancellationToken);
            var options = new CollectOptions(Math.Max(0, parsed.GetValue(keep)), TimeSpan.FromHours(Math.Max(0, parsed.GetValue(older))), parsed.GetValue(dryRun), context.Time.GetUtcNow());
            var count = 0;
            foreach (var name in parsed.GetValue(model) is { } one ? [VersionName.Parse(one).Model] : await repository.ModelsAsync(cancellationToken))
            {
                foreach (var version in await repository.CollectAsync(name, options, cancellationToken))
                {
                    context.Terminal.Out.WriteLine($"{name}@{version}");
                    count++;
                }
            }

            context.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{count} version{(count == 1 ? "" : "s")} {(options.DryRun ? "would go" : "went")}."));
            return ExitCodes.Ok;
        });
        return command;
    }
}
