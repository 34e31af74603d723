using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Models;
using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;

namespace LlmKube.Cli.Commands.Repositories;

/// <summary><c>llmkube repo verify</c>: reads every byte of a version and holds it against its manifest.</summary>
internal static class RepoVerify
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var (place, places) = (RepoPlaces.Place(), new RepoPlaces(context, common));
        var model = new Argument<string>("model") { Description = "name:tag or name@version" };
        var command = new Command("verify", "Read every byte of a version and hold it against its digests\n\nExit codes: 0 everything is as published, 6 something is not.\n\nExample:\n  llmkube repo verify s3://models llama-3-8b:latest") { place, model };
        places.AddTo(command);
        places.Bind(command, place, async (parsed, cancellationToken) =>
        {
            var name = VersionName.Parse(parsed.GetValue(model)!);
            await using var repository = await places.OpenAsync(parsed.GetValue(place)!, parsed, cancellationToken);
            var version = await name.ResolveAsync(repository, cancellationToken);
            await using var session = await places.ConnectAsync(await repository.SourceOfAsync(name.Model, version, cancellationToken), parsed, cancellationToken);
            var line = new ProgressLine(context.Terminal, $"{name.Model}@{version}");
            var count = line.Counter(session.Files.Sum(file => file.SizeBytes ?? 0));
            var rows = new List<(string Path, string Result)>();
            foreach (var file in session.Files)
            {
                rows.Add((file.Path, await CheckAsync(session, file, count, cancellationToken)));
            }

            line.End();
            Listing.PrintTable(context.Terminal, rows, [new("FILE", row => row.Path), new("RESULT", row => row.Result)]);
            return rows.TrueForAll(row => row.Result == "ok") ? ExitCodes.Ok : ExitCodes.Blocked;
        });
        return command;
    }

    private static async Task<string> CheckAsync(IModelSession session, RemoteFile file, Action<long> progress, CancellationToken cancellationToken)
    {
        try
        {
            var read = await RepositoryFiles.HashAsync(session, file, progress, cancellationToken);
            return file.Digest is not { Algorithm: DigestAlgorithm.Sha256 } wanted ? $"no digest to hold it against; it hashes to {read.Sha256}"
                : read.Sha256 == wanted.Hex && read.Size == (file.SizeBytes ?? read.Size) ? "ok"
                : $"damaged: {ByteSize.Format(read.Size)} hash to {read.Sha256}, and should to {wanted.Hex}";
        }
        catch (RepositoryException e)
        {
            return e.Message;
        }
    }
}
