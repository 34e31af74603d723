using LlmKube.ApiServer.Http;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Local;

/// <summary>Serves <c>pods/log</c> from the log files that the agent's processes write.</summary>
internal sealed class LogFileSource(Func<ObjectKey, string> pathOf, TimeProvider time) : IPodLogSource
{
    private const int BufferBytes = 64 * 1024;
    private static readonly TimeSpan s_followInterval = TimeSpan.FromMilliseconds(250);

    public async Task<bool> WriteAsync(ObjectKey pod, PodLogQuery query, Stream output, CancellationToken cancellationToken)
    {
        var path = pathOf(pod);
        if (!File.Exists(path))
        {
            return false;
        }

        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferBytes, useAsync: true);
        file.Position = query.TailLines is { } lines ? await StartOfTailAsync(file, lines, cancellationToken) : 0;
        await CopyAsync(file, output, query.LimitBytes ?? long.MaxValue, cancellationToken);
        if (!query.Follow)
        {
            return true;
        }

        using var timer = new PeriodicTimer(s_followInterval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (file.Length < file.Position)
            {
                // The file was rotated: it goes on from its new beginning.
                file.Position = 0;
            }

            if (file.Length > file.Position)
            {
                await CopyAsync(file, output, long.MaxValue, cancellationToken);
                await output.FlushAsync(cancellationToken);
            }
        }

        return true;
    }

    private static async Task CopyAsync(FileStream file, Stream output, long limit, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        int read;
        while (limit > 0 && (read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, limit)), cancellationToken)) > 0)
        {
            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            limit -= read;
        }
    }

    /// <summary>Where the last <paramref name="lines"/> lines begin, read backwards block by block.</summary>
    private static async Task<long> StartOfTailAsync(FileStream file, int lines, CancellationToken cancellationToken)
    {
        if (lines <= 0)
        {
            return file.Length;
        }

        var buffer = new byte[BufferBytes];
        var length = file.Length;
        var end = length;
        var found = 0;
        while (end > 0)
        {
            var start = Math.Max(0, end - buffer.Length);
            file.Position = start;
            var read = await file.ReadAtLeastAsync(buffer.AsMemory(0, (int)(end - start)), (int)(end - start), throwOnEndOfStream: false, cancellationToken);
            for (var i = read - 1; i >= 0; i--)
            {
                // The newline that ends the file does not begin a line.
                if (buffer[i] == (byte)'\n' && start + i != length - 1 && ++found == lines)
                {
                    return start + i + 1;
                }
            }

            end = start;
        }

        return 0;
    }
}
