using System.Text.Json.Nodes;
using LlmKube.ApiServer.Storage;
using LlmKube.ApiServer.Verbs;

namespace LlmKube.ApiServer.Collection;

/// <summary>What deleting an object comes to: it is gone at once, or marked and waiting for its finalizers.</summary>
internal static class Deletion
{
    public const string ForegroundFinalizer = "foregroundDeletion";
    public const string OrphanFinalizer = "orphan";

    /// <summary>
    /// The object as it is stored while it waits, or null when nothing holds it back.
    /// </summary>
    /// <param name="tree">The live object; it is not changed.</param>
    /// <param name="policy"><c>Foreground</c>, <c>Orphan</c>, <c>Background</c>, or null for what the object already says.</param>
    /// <param name="tracksGeneration">Marking an object for deletion is a change of what is wanted.</param>
    /// <param name="now">The time of the deletion.</param>
    public static JsonObject? Mark(JsonObject tree, string? policy, bool tracksGeneration, DateTimeOffset now)
    {
        var marked = (JsonObject)tree.DeepClone();
        var finalizers = MetadataFields.Finalizers(marked).ToList();
        if (policy is not null)
        {
            finalizers.RemoveAll(finalizer => finalizer is ForegroundFinalizer or OrphanFinalizer);
            if (policy == "Foreground")
            {
                finalizers.Add(ForegroundFinalizer);
            }
            else if (policy == "Orphan")
            {
                finalizers.Add(OrphanFinalizer);
            }
        }

        MetadataFields.SetFinalizers(marked, finalizers);
        if (MetadataFields.IsFree(marked))
        {
            return null;
        }

        var metadata = MetadataFields.Of(marked);
        if (metadata["deletionTimestamp"] is null)
        {
            metadata["deletionTimestamp"] = MetadataFields.Time(now);
            metadata["deletionGracePeriodSeconds"] = 0;
            if (tracksGeneration)
            {
                metadata["generation"] = Generations.Of(marked) + 1;
            }
        }

        if ((string?)marked["kind"] == "Namespace")
        {
            marked["status"] = new JsonObject { ["phase"] = "Terminating" };
        }

        return marked;
    }

    /// <summary>Deletes one object on the server's own behalf; true when it is gone or on its way.</summary>
    public static async Task<CommitOutcome> DeleteAsync(ServerContext server, StoredObject stored, string? policy)
    {
        var kind = server.Kinds.FindStored(stored.Key.Collection, stored.ApiVersion);
        var marked = Mark(stored.Parse(), policy, kind is not null && Generations.Tracks(kind), server.Time.GetUtcNow());
        if (marked is not null && Sameness.IsSame(stored.Parse(), marked))
        {
            return new CommitOutcome.Committed(stored);
        }

        return await server.Store.CommitAsync(new StoreWrite(stored.Key, marked, stored.Revision));
    }
}
