using LlmKube.Cli.Commands.Cache;
using LlmKube.Models;
using LlmKube.Models.Backends;
using LlmKube.Models.Formats.Gguf;

namespace LlmKube.Cli.Commands.Inspect;

/// <summary>What a source elsewhere has: its revision, its files, and the header of its first GGUF file, of which some megabytes are read.</summary>
internal static class RemoteInspection
{
    public static async Task<Inspection> ReadAsync(string text, long? contextSize, ConnectOptions connect, CommandContext context, CancellationToken cancellationToken)
    {
        var source = Fetching.Parse(text, context).Source;
        await using var session = await SourceAccess.ConnectAsync(source, connect, context, cancellationToken);
        return await ReadAsync(source.ToString(), session, contextSize, cancellationToken);
    }

    private static async Task<Inspection> ReadAsync(string source, IModelSession session, long? contextSize, CancellationToken cancellationToken)
    {
        var header = await HeaderAsync(session, contextSize, cancellationToken);
        Fact[] facts =
        [
            new("source", "SOURCE", source),
            new("revision", "REVISION", session.Revision),
            .. session.ImageRoot is { } root ? [new Fact("image", "IMAGE", $"for containers, its files at {root}")] : Array.Empty<Fact>(),
            new("bytes", "SIZE", ByteSize.Format(session.Files.Sum(file => file.SizeBytes ?? 0))),
        ];
        return (header ?? new Inspection()) with
        {
            Facts = [.. facts, .. header?.Facts ?? []],
            Files = session.Files.Any(file => file.Packing != Packing.None) ? [.. session.Paths.Select(path => new RemoteFile(path))] : session.Files,
        };
    }

    private static async Task<Inspection?> HeaderAsync(IModelSession session, long? contextSize, CancellationToken cancellationToken)
    {
        if (session.Files.FirstOrDefault(file => file.Path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) is not { SizeBytes: { } size } file
            || await session.OpenAsync(file, 0, null, cancellationToken) is not OpenResult.Opened { Offset: 0 } opened)
        {
            return null;
        }

        await using (opened.Content)
        {
            return await GgufReader.ReadAsync(opened.Content, size, cancellationToken) is GgufReadResult.Read read ? Inspection.Of(read.Header, contextSize) : null;
        }
    }
}
