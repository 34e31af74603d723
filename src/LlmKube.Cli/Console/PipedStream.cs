using System.IO.Pipelines;

namespace LlmKube.Cli.Console;

/// <summary>Lets one side write a stream that the other side reads.</summary>
internal static class PipedStream
{
    /// <summary>Writes with <paramref name="write"/> until it is done. Its failure is the reader's: what was cut off is not taken for the whole.</summary>
    public static async Task FillAsync(PipeWriter writer, Func<Stream, Task> write)
    {
        Exception? failure = null;
        try
        {
            await write(writer.AsStream(leaveOpen: true));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException or OperationCanceledException)
        {
            failure = e;
        }

        await writer.CompleteAsync(failure);
    }
}
