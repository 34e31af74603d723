namespace LlmKube.Models.Store;

/// <summary>Looks over a whole store: what is in it, what it takes, and what nobody refers to.</summary>
public sealed class StoreSurvey(ModelStoreLayout layout)
{
    /// <summary>The keys that have a folder, in order.</summary>
    public IReadOnlyList<string> Keys() => Directory.Exists(layout.Root)
        ? [.. Directory.EnumerateDirectories(layout.Root).Select(folder => Path.GetFileName(folder)).Where(ModelStoreLayout.IsKey).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>The keys with a transfer that is not finished, and what it has on disk.</summary>
    public IReadOnlyList<UnfinishedTransfer> Unfinished() => Directory.Exists(layout.PartialRoot)
        ? [.. new DirectoryInfo(layout.PartialRoot).EnumerateDirectories()
            .Where(folder => ModelStoreLayout.IsKey(folder.Name))
            .Select(folder => new UnfinishedTransfer(folder.Name, BytesBelow(folder), LastChange(folder)))
            .OrderBy(transfer => transfer.Key, StringComparer.Ordinal)]
        : [];

    /// <summary>The models with metadata; a damaged one is among them as its metadata says it should be.</summary>
    public IReadOnlyList<StoredModel> Described() =>
        [.. Keys().Select(key => StoredModelJson.Find(layout.MetadataFile(key), key)).OfType<StoredModel>()];

    /// <summary>The digests that some model, published or just about to be, has a file of.</summary>
    public IReadOnlySet<string> ReferencedBlobs() => Described()
        .Concat(Unfinished().Select(transfer => StoredModelJson.Find(Path.Combine(layout.StagedFolder(transfer.Key), ModelStoreLayout.MetadataFileName), transfer.Key)).OfType<StoredModel>())
        .SelectMany(model => model.Files).Select(file => file.Sha256).OfType<string>().ToHashSet(StringComparer.Ordinal);

    /// <summary>The bytes that the store takes on disk: each distinct file once.</summary>
    public long BytesOnDisk()
    {
        var blobs = new Blobs(layout).All().Sum(file => file.Length);
        var own = Keys().Sum(OwnBytes);
        return blobs + own + Unfinished().Sum(transfer => transfer.BytesOnDisk);
    }

    /// <summary>The bytes that would come free with a model: those of its files that no other model has.</summary>
    public static long FreedWith(StoredModel model, IReadOnlyList<StoredModel> all)
    {
        var others = all.Where(other => other.Key != model.Key).SelectMany(other => other.Files).Select(file => file.Sha256).ToHashSet(StringComparer.Ordinal);
        return model.Files.Where(file => file.Sha256 is null || !others.Contains(file.Sha256)).DistinctBy(file => file.Sha256 ?? file.Path, StringComparer.Ordinal).Sum(file => file.SizeBytes);
    }

    private static long BytesBelow(DirectoryInfo folder) => Enumerate(folder).Sum(file => file.LinkTarget is null ? file.Length : 0);

    private static DateTimeOffset LastChange(DirectoryInfo folder) =>
        Enumerate(folder).Select(file => new DateTimeOffset(file.LastWriteTimeUtc)).Append(new DateTimeOffset(folder.LastWriteTimeUtc)).Max();

    private static List<FileInfo> Enumerate(DirectoryInfo folder)
    {
        try
        {
            return [.. folder.EnumerateFiles("*", SearchOption.AllDirectories)];
        }
        catch (DirectoryNotFoundException)
        {
            // Published or removed while we looked.
            return [];
        }
    }

    /// <summary>Bytes of a model's files that are no links to a blob.</summary>
    private long OwnBytes(string key)
    {
        var described = StoredModelJson.Find(layout.MetadataFile(key), key);
        return described is not null
            ? described.Files.Where(file => file.Link is LinkKind.None).Sum(file => file.SizeBytes)
            : BytesBelow(new DirectoryInfo(layout.ModelFolder(key)));
    }
}

/// <summary>A transfer that is not finished.</summary>
/// <param name="Key">The cache key that it is for.</param>
/// <param name="BytesOnDisk">What it takes.</param>
/// <param name="LastChange">When something in it changed last.</param>
public sealed record UnfinishedTransfer(string Key, long BytesOnDisk, DateTimeOffset LastChange);
