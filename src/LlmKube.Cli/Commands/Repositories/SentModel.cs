using LlmKube.Cli.Commands.Cache;
using LlmKube.Cli.Console;
using LlmKube.Models.Repositories;
using LlmKube.Models.Store;

namespace LlmKube.Cli.Commands.Repositories;

/// <summary>A model that came as an archive on standard input, unpacked while it is needed.</summary>
/// <param name="Root">The folder that is removed.</param>
internal sealed record SentModel(string Root) : IAsyncDisposable
{
    /// <summary>Where its files are.</summary>
    public string Folder => Path.Combine(Root, "files");

    /// <summary>Reads standard input to its end. What arrives is kept beside the repository where that is a folder: there is the room for it.</summary>
    /// <exception cref="CommandFailure">It is no archive, or was cut off.</exception>
    public static async Task<SentModel> ReceiveAsync(string? place, CommandContext context, CancellationToken cancellationToken)
    {
        var sent = new SentModel(place?.StartsWith('/') == true ? Path.Combine(place, RepositoryNames.Incoming()) : Directory.CreateTempSubdirectory("llmkube-incoming-").FullName);
        try
        {
            await using var input = context.Terminal.OpenInput();
            return await ModelArchive.UnpackAsync(input, sent.Root, cancellationToken) is { } failure ? throw Fetching.Explain(failure) : sent;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CommandFailure($"What was sent was not taken: {e.Message}", "Let the user that this runs as write to the repository's folder.", ExitCodes.Blocked);
        }
        catch (IOException e)
        {
            await sent.DisposeAsync();
            throw new CommandFailure($"What was sent was not taken: {e.Message}", "Nothing of it was published. Send it again.", ExitCodes.Retry);
        }
        catch
        {
            await sent.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        if (Directory.Exists(Root))
        {
            Directory.Delete(Root, recursive: true);
        }

        return ValueTask.CompletedTask;
    }
}
