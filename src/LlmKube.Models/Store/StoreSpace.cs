using LlmKube.Models.Backends;

namespace LlmKube.Models.Store;

/// <summary>Sees to it that a transfer fits before it begins: models that were not used for longest make way, if they may.</summary>
public sealed class StoreSpace(ModelStore store, StoreLimits limits)
{
    /// <summary>Makes room for <paramref name="bytes"/>, or says what is free, what is needed and what could be done.</summary>
    public async Task<ModelFailure?> MakeRoomAsync(string forKey, long bytes, CancellationToken cancellationToken)
    {
        var missing = Short(bytes);
        if (missing <= 0)
        {
            return null;
        }

        var evictable = await EvictableAsync(forKey, cancellationToken);
        if (evictable is not null)
        {
            foreach (var model in EvictionPlanner.Plan(evictable.Value.Models, missing, evictable.Value.InUse))
            {
                store.Remove(model.Key);
            }

            missing = Short(bytes);
        }

        return missing <= 0 ? null : Full(bytes, evictable?.Models ?? []);
    }

    private async Task<(IReadOnlyList<StoredModel> Models, IReadOnlySet<string> InUse)?> EvictableAsync(string forKey, CancellationToken cancellationToken)
    {
        if (limits.InUse is not { } inUse)
        {
            return null;
        }

        var used = (await inUse(cancellationToken)).Append(forKey).ToHashSet(StringComparer.Ordinal);
        return (new StoreSurvey(store.Layout).Described(), used);
    }

    private ModelFailure Full(long bytes, IReadOnlyList<StoredModel> models)
    {
        var survey = new StoreSurvey(store.Layout).Described();
        var others = models.Count == 0 && survey.Count > 0
            ? $" {survey.Count} models in it take {ByteSize.Format(survey.Sum(model => model.SizeBytes))}: \"llmkube cache list\" shows them, \"llmkube cache clear --unused\" takes away those that nothing serves."
            : " Give it a larger disk or limit.";
        return new ModelFailure(
            FailureKind.NoSpace,
            $"the model store at {store.Layout.Root} needs {ByteSize.Format(bytes)} and has {ByteSize.Format(Math.Max(0, Free()))} free{(limits.SizeBytes is { } limit ? $" of the {ByteSize.Format(limit)} it may take" : "")}.{others}");
    }

    private long Short(long bytes) => bytes - Free();

    private long Free()
    {
        var disk = new DriveInfo(Existing(store.Layout.Root)).AvailableFreeSpace - limits.KeepFreeBytes;
        return limits.SizeBytes is { } limit ? Math.Min(disk, limit - new StoreSurvey(store.Layout).BytesOnDisk()) : disk;
    }

    private static string Existing(string folder) => Directory.Exists(folder) ? folder : Existing(Path.GetDirectoryName(folder)!);
}
