namespace LlmKube.Models.Store;

/// <summary>Takes away what killed writers left and nobody will use.</summary>
public sealed class StoreSweeper(ModelStoreLayout layout, TimeProvider time)
{
    /// <summary>A blob this young may belong to a model that is just being published.</summary>
    public static TimeSpan BlobGrace { get; } = TimeSpan.FromHours(1);

    /// <summary>An unfinished transfer is kept for whoever tries again within this time.</summary>
    public static TimeSpan PartialGrace { get; } = TimeSpan.FromDays(7);

    /// <summary>What a sweep would take away, or took away.</summary>
    /// <param name="Paths">Files and folders, below the root.</param>
    /// <param name="Bytes">What they take on disk.</param>
    public sealed record Swept(IReadOnlyList<string> Paths, long Bytes);

    /// <summary>Finds orphans, and removes them unless <paramref name="dryRun"/>.</summary>
    public Swept Sweep(bool dryRun)
    {
        var survey = new StoreSurvey(layout);
        var now = time.GetUtcNow();
        var referenced = survey.ReferencedBlobs();
        var blobs = new Blobs(layout).All().Where(file => !referenced.Contains(file.Name) && now.UtcDateTime - file.LastWriteTimeUtc > BlobGrace).ToList();
        var partial = survey.Unfinished().Where(transfer => now - transfer.LastChange > PartialGrace && !File.Exists(layout.LockFile(transfer.Key))).ToList();
        var swept = new Swept(
            [.. blobs.Select(file => Below(file.FullName)), .. partial.Select(transfer => Below(layout.PartialFolder(transfer.Key)))],
            blobs.Sum(file => file.Length) + partial.Sum(transfer => transfer.BytesOnDisk));
        if (!dryRun)
        {
            foreach (var path in swept.Paths.Select(path => Path.Combine(layout.Root, path)))
            {
                if (Directory.Exists(path))
                {
                    ModelStore.DeleteFolder(path);
                }
                else
                {
                    File.Delete(path);
                }
            }
        }

        return swept;
    }

    private string Below(string path) => Path.GetRelativePath(layout.Root, path);
}
