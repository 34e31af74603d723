using System.Text.Json.Nodes;
using LlmKube.ApiServer.Lifecycle;
using LlmKube.ApiServer.Storage;
using LlmKube.ApiServer.Verbs;

namespace LlmKube.ApiServer.Collection;

/// <summary>Deletes the objects of a definition that is being deleted, and accepts one whose names have become free.</summary>
internal sealed class DefinitionSweeper(ServerContext server, DefinitionStatus definitions)
{
    public async Task<Progress> SweepAsync(StoredObject definition)
    {
        var tree = definition.Parse();
        if (!definition.Deleting)
        {
            return DefinitionStatus.IsEstablished(tree) ? Progress.Done : await SettleAsync(definition, tree);
        }

        if (!MetadataFields.Finalizers(tree).Contains(DefinitionStatus.CleanupFinalizer, StringComparer.Ordinal))
        {
            return Progress.Done;
        }

        var collection = CollectionOf(tree);
        foreach (var stored in server.Store.State.Of(collection).Values)
        {
            if (!stored.Deleting && (await Deletion.DeleteAsync(server, stored, null)).ToProgress() is not Progress.Done and var trouble)
            {
                return trouble;
            }
        }

        if (server.Store.State.Of(collection).Count == 0)
        {
            MetadataFields.SetFinalizers(tree, [.. MetadataFields.Finalizers(tree).Where(finalizer => finalizer != DefinitionStatus.CleanupFinalizer)]);
            return (await server.Store.CommitAsync(new StoreWrite(definition.Key, MetadataFields.IsFree(tree) ? null : tree, definition.Revision))).ToProgress();
        }

        definitions.Terminate(tree);
        return Sameness.IsSame(definition.Parse(), tree)
            ? Progress.Done
            : (await server.Store.CommitAsync(new StoreWrite(definition.Key, tree, definition.Revision))).ToProgress();
    }

    private async Task<Progress> SettleAsync(StoredObject definition, JsonObject tree)
    {
        definitions.Settle(tree, definition.Parse());
        return Sameness.IsSame(definition.Parse(), tree)
            ? Progress.Done
            : (await server.Store.CommitAsync(new StoreWrite(definition.Key, tree, definition.Revision))).ToProgress();
    }

    private static ResourceCollection CollectionOf(JsonObject tree)
    {
        var spec = tree["spec"] as JsonObject;
        return new ResourceCollection((string?)spec?["group"] ?? "", (string?)(spec?["names"] as JsonObject)?["plural"] ?? "");
    }
}
