using System.Text.Json.Nodes;
using LlmKube.ApiServer.Storage;
using LlmKube.ApiServer.Verbs;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Collection;

/// <summary>
/// The garbage collector's rules for one object: whose owners are all gone goes too, and who is deleted in the
/// foreground or as an orphan maker deals with its dependents first.
/// </summary>
internal sealed class OwnerCollector(ServerContext server, DependentIndex dependents)
{
    public async Task<Progress> CollectAsync(StoredObject item)
    {
        if (item.Deleting)
        {
            var finalizers = MetadataFields.Finalizers(item.Parse());
            if (finalizers.Contains(Deletion.OrphanFinalizer, StringComparer.Ordinal))
            {
                return await OrphanAsync(item);
            }

            return finalizers.Contains(Deletion.ForegroundFinalizer, StringComparer.Ordinal) ? await WaitForDependentsAsync(item) : Progress.Done;
        }

        return item.Owners.Count > 0 ? await CheckOwnersAsync(item) : Progress.Done;
    }

    /// <summary>Where an owner is, or null when its kind is not known here or cannot own this object.</summary>
    public StoreKey? FindKey(StoredObject dependent, OwnerLink owner)
    {
        if (server.Kinds.FindKind(owner.ApiVersion, owner.Kind) is not { } kind)
        {
            return null;
        }

        var ns = dependent.Key.Object.Namespace;
        if (kind.Definition.Namespaced && ns.Length == 0)
        {
            // A cluster-wide object cannot name an owner in a namespace: which one would it be?
            return null;
        }

        return new StoreKey(ResourceCollection.Of(kind.Definition), new ObjectKey(kind.Definition.Namespaced ? ns : "", owner.Name));
    }

    private async Task<Progress> CheckOwnersAsync(StoredObject item)
    {
        var solid = false;
        var waiting = new HashSet<string>(StringComparer.Ordinal);
        var absent = new HashSet<string>(StringComparer.Ordinal);
        foreach (var link in item.Owners)
        {
            var owner = FindKey(item, link) is { } key ? server.Store.State.Find(key) : null;
            if (FindKey(item, link) is null)
            {
                // An owner of a kind that is not served may well exist elsewhere: it is never taken for gone.
                solid = true;
            }
            else if (owner is null || owner.Uid != link.Uid)
            {
                absent.Add(link.Uid);
            }
            else if (owner.Deleting && MetadataFields.Finalizers(owner.Parse()).Contains(Deletion.ForegroundFinalizer, StringComparer.Ordinal))
            {
                waiting.Add(link.Uid);
            }
            else
            {
                solid = true;
            }
        }

        if (solid)
        {
            absent.UnionWith(waiting);
            return absent.Count == 0 ? Progress.Done : await ReleaseAsync(item, absent);
        }

        // Background, unless the owner waits and the item has dependents of its own; finalizers it already has stay.
        var policy = waiting.Count > 0 && dependents.Of(item.Uid).Count > 0 ? "Foreground" : null;
        return (await Deletion.DeleteAsync(server, item, policy)).ToProgress();
    }

    private async Task<Progress> OrphanAsync(StoredObject item)
    {
        foreach (var key in dependents.Of(item.Uid))
        {
            if (server.Store.State.Find(key) is { } dependent && await ReleaseAsync(dependent, new HashSet<string>(StringComparer.Ordinal) { item.Uid }) is not Progress.Done and var trouble)
            {
                return trouble;
            }
        }

        return await RemoveFinalizerAsync(item, Deletion.OrphanFinalizer);
    }

    private async Task<Progress> WaitForDependentsAsync(StoredObject item)
    {
        var blocked = false;
        foreach (var key in dependents.Of(item.Uid))
        {
            if (server.Store.State.Find(key) is not { } dependent || !dependent.Owners.Any(owner => owner.Uid == item.Uid))
            {
                continue;
            }

            if (!dependent.Deleting && await CheckOwnersAsync(dependent) is not Progress.Done and var trouble)
            {
                return trouble;
            }

            blocked |= server.Store.State.Find(key) is { } still && still.Owners.Any(owner => owner.Uid == item.Uid && owner.BlocksDeletion);
        }

        return blocked ? Progress.Done : await RemoveFinalizerAsync(item, Deletion.ForegroundFinalizer);
    }

    /// <summary>Takes owner references out of an object.</summary>
    private async Task<Progress> ReleaseAsync(StoredObject item, HashSet<string> uids)
    {
        var tree = item.Parse();
        var metadata = MetadataFields.Of(tree);
        var kept = (metadata["ownerReferences"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(reference => !uids.Contains((string?)reference["uid"] ?? ""))
            .Select(reference => reference.DeepClone())
            .ToArray();
        if (kept.Length == 0)
        {
            metadata.Remove("ownerReferences");
        }
        else
        {
            metadata["ownerReferences"] = new JsonArray(kept);
        }

        return (await server.Store.CommitAsync(new StoreWrite(item.Key, tree, item.Revision))).ToProgress();
    }

    private async Task<Progress> RemoveFinalizerAsync(StoredObject item, string finalizer)
    {
        var tree = item.Parse();
        MetadataFields.SetFinalizers(tree, [.. MetadataFields.Finalizers(tree).Where(kept => kept != finalizer)]);
        var write = new StoreWrite(item.Key, MetadataFields.IsFree(tree) ? null : tree, item.Revision);
        return (await server.Store.CommitAsync(write)).ToProgress();
    }
}
