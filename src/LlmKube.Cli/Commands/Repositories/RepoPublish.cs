using System.CommandLine;
using LlmKube.Cli.Commands.Cache;
using LlmKube.Cli.Console;
using LlmKube.Models;
using LlmKube.Models.Backends;
using LlmKube.Models.Oci;
using LlmKube.Models.Repositories;
using LlmKube.Models.Signatures;
using LlmKube.Models.Sources;

namespace LlmKube.Cli.Commands.Repositories;

/// <summary><c>llmkube repo push|copy</c>: versions into a repository, streaming from where they are.</summary>
internal static class RepoPublish
{
    public static Command BuildPush(CommandContext context, CommonOptions common)
    {
        var source = new Argument<string>("source") { Description = "A file, a folder, any other source (hf://, s3://, oci://, https://), or - for a tar archive on standard input" };
        var (place, places) = (RepoPlaces.Place(), new RepoPlaces(context, common));
        var model = new Argument<string>("model") { Description = "name@version" };
        var (tags, include, exclude, license, sign) = (Tags(), Include(), Exclude(), License(), Sign());
        var sourceName = new Option<string?>("--source-name") { Description = "What to note as its source (default: what it is pushed from)", HelpName = "text" };
        var command = new Command(
            "push",
            "Publish a version of a model\n\nNothing is stored on the way. A version never changes: the same files again are no failure, other files are refused.\n\nExamples:\n  llmkube repo push ./llama.gguf s3://models llama-3-8b@2024-03-20 --tag latest\n  llmkube repo push hf://org/llama oci://registry.site/models llama@v1")
        { source, place, model, tags, include, exclude, license, sign, sourceName };
        places.AddTo(command, withSource: true);
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var name = VersionName.ParseVersion(parsed.GetValue(model)!);
            var from = parsed.GetValue(source)!;
            using var claim = await places.FindClaimAsync(parsed.GetValue(place)!, parsed, cancellationToken);
            await using var repository = claim is null ? await places.OpenAsync(parsed.GetValue(place)!, parsed, cancellationToken) : null;
            await using var sent = from == ClaimRepository.StandardInput ? await SentModel.ReceiveAsync(repository?.Place, context, cancellationToken) : null;
            await using var session = await SignedAsync(
                await places.ConnectAsync(sent?.Folder ?? from, parsed, parsed.GetValue(include) ?? [], parsed.GetValue(exclude) ?? [], cancellationToken), name.Model, parsed.GetValue(sign), context, cancellationToken);
            var described = Describe(name, context) with
            {
                Source = parsed.GetValue(sourceName) ?? (sent is null ? SourceTextOf(from, context) : null),
                License = parsed.GetValue(license),
                Format = ModelPack.FormatOf([.. session.Files.Select(file => file.Path)]),
            };
            if (claim is not null)
            {
                return await claim.PublishAsync(described, session, parsed.GetValue(tags) ?? [], context, cancellationToken);
            }

            await PublishAsync(context.Terminal, repository!, described, session, parsed.GetValue(tags) ?? [], cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command BuildCopy(CommandContext context, CommonOptions common)
    {
        var (place, places) = (RepoPlaces.Place(), new RepoPlaces(context, common));
        var model = new Argument<string>("model") { Description = "name:tag or name@version" };
        var target = new Argument<string>("target") { Description = "The repository that gets it" };
        var as_ = new Option<string?>("--as") { Description = "Another name and version there", HelpName = "name@version" };
        var targetCredentials = new Option<string?>("--target-credentials") { Description = "The same as --credentials, for the target", HelpName = "folder" };
        var tags = Tags();
        var command = new Command("copy", "Copy a version from one repository to another, of whatever kind\n\nIts bytes go straight through. What the target has is not sent again.\n\nExample:\n  llmkube repo copy s3://models llama-3-8b:latest oci://registry.site/models --tag latest") { place, model, target, as_, targetCredentials, tags };
        places.AddTo(command);
        var targets = places.With(targetCredentials);
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var name = VersionName.Parse(parsed.GetValue(model)!);
            await using var from = await places.OpenAsync(parsed.GetValue(place)!, parsed, cancellationToken);
            using var claim = await targets.FindClaimAsync(parsed.GetValue(target)!, parsed, cancellationToken);
            await using var to = claim is null ? await targets.OpenAsync(parsed.GetValue(target)!, parsed, cancellationToken) : null;
            var version = await name.ResolveAsync(from, cancellationToken);
            var wanted = parsed.GetValue(as_) is { } other ? VersionName.ParseVersion(other) : name with { Version = version };
            var known = await from.FindAsync(name.Model, version, cancellationToken);
            await using var session = await places.ConnectAsync(await from.SourceOfAsync(name.Model, version, cancellationToken), parsed, cancellationToken);
            var described = (known ?? Describe(wanted, context)) with { Name = wanted.Model, Version = wanted.Version! };
            if (claim is not null)
            {
                return await claim.PublishAsync(described, session, parsed.GetValue(tags) ?? [], context, cancellationToken);
            }

            await PublishAsync(context.Terminal, to!, described, session, parsed.GetValue(tags) ?? [], cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    internal static Option<string[]> Include() => new("--include") { Description = "Only files that match, such as *.gguf; may be repeated", HelpName = "pattern" };

    internal static Option<string[]> Exclude() => new("--exclude") { Description = "No files that match; may be repeated", HelpName = "pattern" };

    internal static Option<string?> Sign() => new("--sign") { Description = "Private key in PEM to sign the model with (OpenSSF model signing)", HelpName = "file" };

    /// <summary>The source with a signature beside its files, where a key is named.</summary>
    internal static async Task<IModelSession> SignedAsync(IModelSession session, string name, string? key, CommandContext context, CancellationToken cancellationToken)
    {
        try
        {
            return key is null ? session : await SigningAsync(key, context, async pem => await SignedSession.SignAsync(session, name, pem, cancellationToken), cancellationToken);
        }
        catch (CommandFailure)
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>The variable with the password of a private key that is encrypted.</summary>
    internal const string KeyPassword = "LLMKUBE_KEY_PASSWORD";

    /// <summary>Does something with a private key of a file, and says so where it is none.</summary>
    internal static async Task<T> SigningAsync<T>(string key, CommandContext context, Func<string, Task<T>> sign, CancellationToken cancellationToken)
    {
        try
        {
            return await sign(ModelSignature.Unlock(await File.ReadAllTextAsync(context.FullPath(key), cancellationToken), context.Environment(KeyPassword)));
        }
        catch (ArgumentException e)
        {
            throw new CommandFailure($"{key} cannot sign: {e.Message.Split(" (Parameter")[0]}", $"llmkube sign keygen makes a pair of keys; the password of one that is encrypted is taken from {KeyPassword}.", ExitCodes.Usage);
        }
    }

    internal static Option<string?> License() => new("--license") { Description = "License of the model, as an SPDX identifier", HelpName = "id" };

    /// <summary>Where it comes from, as it may be kept: a path of this machine says nothing elsewhere, but for its last part.</summary>
    internal static string SourceTextOf(string source, CommandContext context) =>
        Fetching.Parse(source, context).Source is ModelSource.Local local ? Path.GetFileName(local.Path.TrimEnd('/')) : Redact.Source(Fetching.Parse(source, context).Text);

    private static Option<string[]> Tags() => new("--tag") { Description = "Tag that shall name the version when it is there; may be repeated", HelpName = "tag" };

    private static VersionManifest Describe(VersionName name, CommandContext context) => new()
    {
        Name = name.Model,
        Version = name.Version!,
        Files = [],
        Created = DateTimeOffset.FromUnixTimeSeconds(context.Time.GetUtcNow().ToUnixTimeSeconds()),
    };

    private static async Task PublishAsync(Terminal terminal, IModelRepository repository, VersionManifest described, IModelSession session, string[] tags, CancellationToken cancellationToken)
    {
        foreach (var tag in tags)
        {
            RepositoryNames.CheckTag(tag);
        }

        var line = new ProgressLine(terminal, $"{described.Name}@{described.Version}");
        VersionManifest published;
        try
        {
            published = await repository.PublishAsync(described, session, line.Counter(session.Files.All(file => file.SizeBytes is not null) ? session.Files.Sum(file => file.SizeBytes!.Value) : null), cancellationToken);
        }
        finally
        {
            line.End();
        }

        foreach (var tag in tags)
        {
            await repository.TagAsync(described.Name, tag, described.Version, cancellationToken);
        }

        terminal.Say($"{repository.Place} has {described.Name}@{described.Version}: {ByteSize.Format(published.SizeBytes)} in {published.Files.Count} file{(published.Files.Count == 1 ? "" : "s")}{(tags.Length == 0 ? "" : $", tagged {string.Join(", ", tags)}")}.");
        terminal.Out.WriteLine($"{described.Name}@{described.Version}");
    }
}
