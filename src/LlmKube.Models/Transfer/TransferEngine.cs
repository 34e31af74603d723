using LlmKube.Models.Backends;
using LlmKube.Models.Store.FileSystem;

namespace LlmKube.Models.Transfer;

/// <summary>Makes room for a number of bytes, or says why there is none.</summary>
public delegate Task<ModelFailure?> MakeRoom(long bytes, CancellationToken cancellationToken);

/// <summary>
/// Moves the files of a session into a folder: in parallel ranges, hashed while they arrive, noted in a journal so that another process
/// goes on where this one was killed.
/// </summary>
public sealed class TransferEngine(TransferOptions options, TimeProvider time)
{
    /// <summary>
    /// Reads all files of the session. What arrived stays in <paramref name="partialFolder"/> for the next attempt, whatever ends this
    /// one. Call it as the only writer of that folder. Errors of the local file system are thrown as what .NET throws.
    /// </summary>
    public async Task<TransferResult> RunAsync(
        IModelSession session, string partialFolder, MakeRoom? makeRoom, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        if (FileNames.Refuse(session.Files) is { } refused)
        {
            return new TransferResult.Failed(refused);
        }

        var names = new PartialNames(Path.Combine(partialFolder, "transfer"));
        Directory.CreateDirectory(names.Folder);
        names.Clean(session.Files.Select(file => file.Path));
        long? total = session.Files.All(file => file.SizeBytes is not null) ? session.Files.Sum(file => file.SizeBytes!.Value) : null;
        if (makeRoom is not null && await makeRoom(Missing(session.Files, names), cancellationToken) is { } full)
        {
            return new TransferResult.Failed(full);
        }

        var meter = new ProgressMeter(options, time, progress, total, session.Files.Count);
        using var run = new TransferRun(session, names, options, time, meter, cancellationToken);
        if (await run.RunAsync(cancellationToken) is { } failure)
        {
            return new TransferResult.Failed(failure);
        }

        await Task.Run(() => Folders.FlushFiles(names.Folder, run.NotFlushed), cancellationToken);
        meter.Report(0);
        return new TransferResult.Done(run.Fetched, meter.Moved);
    }

    /// <summary>Bytes that the disk has yet to take: files in ranges had theirs set aside when they were begun.</summary>
    private static long Missing(IReadOnlyList<RemoteFile> files, PartialNames names) =>
        files.Sum(file => Math.Max(0, (file.SizeBytes ?? 0) - (new FileInfo(names.Data(file.Path)) is { Exists: true } part ? part.Length : 0)));
}
