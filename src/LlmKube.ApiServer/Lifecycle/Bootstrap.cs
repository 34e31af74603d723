using System.Text.Json.Nodes;
using LlmKube.ApiServer.Apply;
using LlmKube.ApiServer.Schemas;
using LlmKube.ApiServer.Storage;
using LlmKube.ApiServer.Verbs;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Lifecycle;

/// <summary>Puts in place what every server has from the start: the system namespaces and the host's definitions.</summary>
internal sealed class Bootstrap(ServerContext server, DefinitionStatus definitions)
{
    private const string Manager = "llmkube";

    private static readonly string[] s_namespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

    /// <summary>Creates what is missing and brings the definitions up to date.</summary>
    /// <exception cref="InvalidDataException">A definition of the host's is wrong.</exception>
    public async Task RunAsync(IReadOnlyList<JsonObject> hostDefinitions)
    {
        var namespaces = server.Kinds.Find("", "v1", "namespaces")!;
        foreach (var name in s_namespaces)
        {
            var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = name } };
            await EnsureAsync(namespaces, body);
        }

        var kind = server.Kinds.Find("apiextensions.k8s.io", "v1", "customresourcedefinitions")!;
        foreach (var definition in hostDefinitions)
        {
            await EnsureAsync(kind, definition);
        }
    }

    private async Task EnsureAsync(ServedKind kind, JsonObject body)
    {
        var key = new StoreKey(ResourceCollection.Of(kind.Definition), new ObjectKey("", MetadataFields.Text(body, "name") ?? ""));
        while (true)
        {
            var stored = server.Store.State.Find(key);
            var live = stored?.Parse();
            var tree = Wanted(kind, body, live);
            if (live is not null && Sameness.IsSame(live, tree))
            {
                return;
            }

            switch (await server.Store.CommitAsync(new StoreWrite(key, tree, stored?.Revision ?? 0)))
            {
                case CommitOutcome.Committed:
                    return;
                case CommitOutcome.Refused refused:
                    throw new IOException($"storing {kind.Definition.Kind} '{key.Object.Name}' failed: {refused.Message}");
            }
        }
    }

    private JsonObject Wanted(ServedKind kind, JsonObject body, JsonObject? live)
    {
        var tree = (JsonObject)body.DeepClone();
        var now = server.Time.GetUtcNow();
        if (live is null)
        {
            MetadataFields.Begin(tree, Generations.Tracks(kind), now);
        }
        else
        {
            // What others added to an object that is there already (labels, a status) stays.
            tree = (JsonObject)live.DeepClone();
            if (body["spec"] is { } spec)
            {
                tree["spec"] = spec.DeepClone();
            }
        }

        ObjectRules.Prune(kind, tree);
        ObjectRules.Default(kind, tree);
        if (kind.Definition.Kind == "CustomResourceDefinition")
        {
            var (_, findings) = CrdReader.Read(tree);
            if (findings.Count > 0)
            {
                throw new InvalidDataException($"the definition '{MetadataFields.Text(tree, "name")}' is wrong: {string.Join("; ", findings)}");
            }

            definitions.Settle(tree, live);
        }

        if (live is not null)
        {
            Generations.Advance(kind, live, tree);
        }

        return ManagedFields.RecordUpdate(live, tree, Manager, kind.Definition.ApiVersion, null, kind.Schema, now);
    }
}
