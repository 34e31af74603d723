using LlmKube.ApiServer.Schemas;
using LlmKube.ApiServer.Storage;
using Microsoft.Extensions.Logging;

namespace LlmKube.ApiServer.Lifecycle;

/// <summary>
/// Keeps the catalog in step with the stored definitions. It listens on the commit loop, so whoever was told that a
/// definition is stored can use it with the next request.
/// </summary>
internal sealed partial class DefinitionRegistrar(KindRegistry kinds, ILogger logger)
{
    public void Load(StoreState state)
    {
        foreach (var stored in state.Of(KnownCollections.CustomResourceDefinitions).Values)
        {
            Register(stored);
        }
    }

    public void Observe(IReadOnlyList<StoreEvent> changes)
    {
        foreach (var change in changes)
        {
            if (change.Object.Key.Collection != KnownCollections.CustomResourceDefinitions)
            {
                continue;
            }

            if (change.Kind == StoreEventKind.Deleted)
            {
                kinds.Set(change.Object.Key.Object.Name, []);
            }
            else
            {
                Register(change.Object);
            }
        }
    }

    private void Register(StoredObject stored)
    {
        var name = stored.Key.Object.Name;
        var tree = stored.Parse();
        if (!DefinitionStatus.IsEstablished(tree))
        {
            kinds.Set(name, []);
            return;
        }

        var (served, findings) = CrdReader.Read(tree);
        if (findings.Count > 0)
        {
            // Validation let it through once; a newer reader that is stricter must not take down the server.
            LogUnreadable(logger, name, findings[0].ToString());
        }

        kinds.Set(name, served);
    }

    [LoggerMessage(Level = LogLevel.Error, EventName = "DefinitionUnreadable", Message = "The stored definition {Name} is not served: {Finding}")]
    private static partial void LogUnreadable(ILogger logger, string name, string finding);
}
