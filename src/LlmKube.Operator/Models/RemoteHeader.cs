using LlmKube.Models.Backends;
using LlmKube.Models.Formats.Gguf;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Models;

/// <summary>Reads the header of a GGUF file at its source: a few megabytes from its beginning.</summary>
internal static class RemoteHeader
{
    /// <summary>What the header says; what is wrong with the file; or neither, where it could not be read just now.</summary>
    public static async Task<(GgufStatus? Gguf, string? Wrong)> ReadAsync(IModelSession session, CancellationToken cancellationToken)
    {
        if (session.Files.FirstOrDefault(file => file.Path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) is not { SizeBytes: { } size } file
            || await session.OpenAsync(file, 0, null, cancellationToken) is not OpenResult.Opened { Offset: 0 } opened)
        {
            return (null, null);
        }

        try
        {
            await using (opened.Content)
            {
                return await GgufReader.ReadAsync(opened.Content, size, cancellationToken) switch
                {
                    GgufReadResult.Read read => (StoredModelNotes.StatusOf(GgufSummary.Of(read.Header)), null),
                    GgufReadResult.Failed failed => (null, $"{file.Path}: {failed.Message}"),
                    _ => (null, null),
                };
            }
        }
        catch (IOException)
        {
            return (null, null);
        }
    }
}
