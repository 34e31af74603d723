using LlmKube.Cli.Console;
using LlmKube.Models;
using LlmKube.Models.Backends;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;

namespace LlmKube.Cli.Commands.Cache;

/// <summary>Fetches for a person who watches.</summary>
internal static class Fetching
{
    /// <summary>Reads a source as a person writes it on a command line: a path that may be relative, or any other form.</summary>
    public static SourceParseResult.Parsed Parse(string text, CommandContext context)
    {
        var path = context.FullPath(text);
        var meant = !text.Contains("://", StringComparison.Ordinal) && (text.StartsWith('.') || text.StartsWith('~') || Path.Exists(path)) ? path : text;
        return ModelSourceParser.Parse(meant) switch
        {
            SourceParseResult.Parsed parsed => parsed,
            SourceParseResult.Invalid invalid => throw new CommandFailure(string.Join(" ", invalid.Findings.Select(finding => finding.Message)), exitCode: ExitCodes.Usage),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>Fetches with a progress line; says what came of it.</summary>
    /// <exception cref="CommandFailure">It failed; the exit code tells whether to try again.</exception>
    public static async Task<FetchResult.Stored> RunAsync(ModelFetcher fetcher, FetchRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        var line = new ProgressLine(terminal, Name(request.Shown));
        FetchResult result;
        try
        {
            result = await fetcher.FetchAsync(request with { Waiting = () => terminal.Say($"Another process fetches {request.Shown}; waiting for it ...") }, line, cancellationToken);
        }
        finally
        {
            line.End();
        }

        if (result is FetchResult.Failed failed)
        {
            throw Explain(failed.Failure);
        }

        var stored = (FetchResult.Stored)result;
        if (stored.NotRefreshed is { } stale)
        {
            terminal.Say($"The stored revision stays in use: {stale.Message}");
        }

        if (stored.Unsigned is { } unsigned)
        {
            terminal.Say($"Warning: {unsigned.Message}");
        }

        terminal.Say(stored.BytesMoved == 0
            ? $"{request.Shown} is in the store; nothing was moved."
            : $"Stored {request.Shown}: {ByteSize.Format(stored.Model.SizeBytes)} in {stored.Model.Files.Count} file{(stored.Model.Files.Count == 1 ? "" : "s")}, {ByteSize.Format(stored.BytesMoved)} moved.");
        return stored;
    }

    public static CommandFailure Explain(ModelFailure failure) => new(
        Capitalised(failure.Message), failure.Heals ? "What arrived is kept: run the same again later, and it goes on from there." : null, ExitCodeOf(failure));

    public static int ExitCodeOf(ModelFailure failure) => failure.Heals ? ExitCodes.Retry : failure.Kind == FailureKind.NotFound ? ExitCodes.NotFound : ExitCodes.Blocked;

    private static string Capitalised(string text) => text.Length == 0 || !char.IsLower(text[0]) || text.Split(' ')[0].Contains('.', StringComparison.Ordinal) ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static string Name(string shown) => shown.TrimEnd('/').Split('/')[^1];
}
