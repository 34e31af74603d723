using System.Text.Json.Nodes;
using LlmKube.ApiServer.Storage;
using LlmKube.ApiServer.Verbs;

namespace LlmKube.ApiServer.Collection;

/// <summary>Empties a namespace that is being deleted, and then lets it go.</summary>
internal sealed class NamespaceSweeper(ServerContext server)
{
    public async Task<Progress> SweepAsync(StoredObject ns)
    {
        var name = ns.Key.Object.Name;
        foreach (var stored in Contents(name).ToList())
        {
            if (!stored.Deleting && (await Deletion.DeleteAsync(server, stored, null)).ToProgress() is not Progress.Done and var trouble)
            {
                return trouble;
            }
        }

        if (Contents(name).Any())
        {
            // Finalizers hold something back; its removal brings the namespace here again.
            return Progress.Done;
        }

        var tree = ns.Parse();
        (tree["spec"] as JsonObject)?.Remove("finalizers");
        if (tree["spec"] is JsonObject { Count: 0 })
        {
            tree["spec"] = new JsonObject();
        }

        var write = new StoreWrite(ns.Key, MetadataFields.IsFree(tree) ? null : tree, ns.Revision);
        return write.Object is not null && JsonNode.DeepEquals(write.Object, ns.Parse())
            ? Progress.Done
            : (await server.Store.CommitAsync(write)).ToProgress();
    }

    private IEnumerable<StoredObject> Contents(string name) =>
        server.Store.State.Collections.Values.SelectMany(objects => objects.Values).Where(stored => stored.Key.Object.Namespace == name);
}
