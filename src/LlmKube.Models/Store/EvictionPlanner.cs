namespace LlmKube.Models.Store;

/// <summary>Decides which models go when room is needed: those used least recently, and none that is pinned or in use.</summary>
public static class EvictionPlanner
{
    /// <summary>
    /// The models to remove, in order, to free at least <paramref name="bytesNeeded"/>; fewer bytes where the rest may not go. A file
    /// that several models share comes free with the last of them.
    /// </summary>
    public static IReadOnlyList<StoredModel> Plan(IReadOnlyList<StoredModel> models, long bytesNeeded, IReadOnlySet<string> keysInUse)
    {
        var left = models.ToList();
        var chosen = new List<StoredModel>();
        var freed = 0L;
        foreach (var model in models.Where(model => !model.Pinned && !keysInUse.Contains(model.Key)).OrderBy(model => model.LastUsed).ThenBy(model => model.Key, StringComparer.Ordinal))
        {
            if (freed >= bytesNeeded)
            {
                break;
            }

            freed += StoreSurvey.FreedWith(model, left);
            left.Remove(model);
            chosen.Add(model);
        }

        return chosen;
    }
}
