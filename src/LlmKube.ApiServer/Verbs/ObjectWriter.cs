using System.Text.Json.Nodes;
using LlmKube.ApiServer.Apply;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Lifecycle;
using LlmKube.ApiServer.Schemas;
using LlmKube.ApiServer.Storage;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Verbs;

/// <summary>What a write came to: the object as it is answered.</summary>
internal sealed record Written(JsonObject Object, bool Created);

/// <summary>Creates and changes objects for requests: the part that create, update, patch, apply and scale share.</summary>
internal sealed class ObjectWriter(ServerContext server, WriteChecks checks)
{
    private const int MaxGenerateAttempts = 8;

    /// <summary>Stores a new object. <paramref name="own"/> gives it its managedFields, once everything else is settled.</summary>
    public async Task<Written> CreateAsync(ResourceRequest request, JsonObject body, Func<JsonObject, JsonObject> own)
    {
        WriteChecks.Identify(request, body);
        if (!string.IsNullOrEmpty(MetadataFields.Text(body, "resourceVersion")))
        {
            throw Failures.BadRequest("resourceVersion should not be set on objects to be created");
        }

        var prefix = MetadataFields.Text(body, "generateName");
        var generate = string.IsNullOrEmpty(MetadataFields.Text(body, "name")) && !string.IsNullOrEmpty(prefix);
        var requires = Requirements(request);
        foreach (var required in requires)
        {
            RefuseIfUnmet(request, required, server.Store.State.Find(required));
        }

        for (var attempt = 1; ; attempt++)
        {
            var tree = (JsonObject)body.DeepClone();
            if (generate)
            {
                MetadataFields.Of(tree)["name"] = MetadataFields.Generate(prefix!);
            }

            MetadataFields.Begin(tree, Generations.Tracks(request.Kind), server.Time.GetUtcNow());
            if (request.Kind.HasStatus)
            {
                tree.Remove("status");
            }

            checks.Admit(request, tree, old: null);
            tree = own(tree);
            var key = request.KeyOf(MetadataFields.Text(tree, "name")!);
            if (request.Query.DryRun)
            {
                return server.Store.State.Find(key) is null ? new Written(tree, Created: true) : throw Failures.AlreadyExists(request.Collection, key.Object.Name);
            }

            switch (await server.Store.CommitAsync(new StoreWrite(key, tree, ExpectedRevision: 0) { Requires = requires }))
            {
                case CommitOutcome.Committed:
                    return new Written(tree, Created: true);
                case CommitOutcome.Outdated when generate && attempt < MaxGenerateAttempts:
                    continue;
                case CommitOutcome.Outdated:
                    throw Failures.AlreadyExists(request.Collection, key.Object.Name);
                case CommitOutcome.Unmet unmet:
                    RefuseIfUnmet(request, unmet.Required, unmet.Current);
                    continue;
                case CommitOutcome.Refused refused:
                    throw Failures.NotStored(refused);
            }
        }
    }

    /// <summary>
    /// Changes the object at the request's path: <paramref name="change"/> gets the live tree, which it must not touch,
    /// and returns the wanted one. It is asked again when somebody else was faster.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="change">From the live object to the wanted one.</param>
    /// <param name="own">From the live and the new object to the new one with its managedFields.</param>
    public async Task<Written> UpdateAsync(ResourceRequest request, Func<JsonObject, JsonObject> change, Func<JsonObject, JsonObject, JsonObject> own)
    {
        while (true)
        {
            var stored = server.Store.State.Find(request.Key) ?? throw Failures.NotFound(request.Collection, request.Name);
            var live = ObjectView.Tree(stored, request.Kind);
            var tree = Settle(request, live, change(live));
            checks.Admit(request, tree, live);
            Generations.Advance(request.Kind, live, tree);
            tree = own(live, tree);
            if (Sameness.IsSame(live, tree))
            {
                return new Written(live, Created: false);
            }

            var isLast = stored.Deleting && MetadataFields.IsFree(tree);
            if (request.Query.DryRun)
            {
                return new Written(tree, Created: false);
            }

            switch (await server.Store.CommitAsync(new StoreWrite(request.Key, isLast ? null : tree, stored.Revision)))
            {
                case CommitOutcome.Committed:
                    return new Written(tree, Created: false);
                case CommitOutcome.Refused refused:
                    throw Failures.NotStored(refused);
            }
        }
    }

    /// <summary>Records the manager's ownership of what changed.</summary>
    public JsonObject RecordUpdate(ResourceRequest request, JsonObject? live, JsonObject tree) => ManagedFields.RecordUpdate(live, tree, Context(request));

    public ApplyContext Context(ResourceRequest request) => new()
    {
        Manager = request.Manager,
        ApiVersion = request.Definition.ApiVersion,
        Subresource = request.Subresource,
        Force = request.Query.Force ?? false,
        Now = server.Time.GetUtcNow(),
        Schema = request.Kind.Schema,
        StatusIsSubresource = request.Kind.HasStatus,
    };

    /// <summary>Holds the wanted object against the live one: preconditions, what cannot change, and the path's share of it.</summary>
    private static JsonObject Settle(ResourceRequest request, JsonObject live, JsonObject wanted)
    {
        WriteChecks.Identify(request, wanted);
        var name = MetadataFields.Text(wanted, "name");
        if (!string.IsNullOrEmpty(name) && name != request.Name)
        {
            throw Failures.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Name})");
        }

        var revision = MetadataFields.Text(wanted, "resourceVersion");
        if (!string.IsNullOrEmpty(revision) && revision != MetadataFields.Text(live, "resourceVersion"))
        {
            throw Failures.Modified(request.Collection, request.Name);
        }

        var uid = MetadataFields.Text(wanted, "uid");
        var liveUid = MetadataFields.Text(live, "uid");
        if (!string.IsNullOrEmpty(uid) && uid != liveUid)
        {
            throw Failures.Conflict(request.Collection, request.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {liveUid}");
        }

        var tree = Subresources.Share(request, live, wanted);
        MetadataFields.Keep(live, tree);
        RefuseNewFinalizers(request, live, tree);
        return tree;
    }

    private static void RefuseNewFinalizers(ResourceRequest request, JsonObject live, JsonObject tree)
    {
        if (MetadataFields.Text(live, "deletionTimestamp") is null)
        {
            return;
        }

        var added = MetadataFields.Finalizers(tree).Except(MetadataFields.Finalizers(live), StringComparer.Ordinal).ToList();
        if (added.Count > 0)
        {
            var list = string.Join(", ", added.Select(finalizer => $"\"{finalizer}\""));
            throw Failures.Invalid(request.Definition.Group, request.Definition.Kind, request.Name,
            [
                Finding.Forbidden(
                    "metadata.finalizers",
                    $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{list}}}").ToCause(),
            ]);
        }
    }

    /// <summary>A namespaced object needs its namespace, a custom one its definition.</summary>
    private static List<StoreKey> Requirements(ResourceRequest request)
    {
        var requires = new List<StoreKey>(2);
        if (request.Definition.Namespaced)
        {
            requires.Add(new StoreKey(KnownCollections.Namespaces, new ObjectKey("", request.Namespace)));
        }

        if (!request.Kind.IsBuiltIn)
        {
            requires.Add(new StoreKey(KnownCollections.CustomResourceDefinitions, new ObjectKey("", request.Definition.QualifiedPlural)));
        }

        return requires;
    }

    private static void RefuseIfUnmet(ResourceRequest request, StoreKey required, StoredObject? current)
    {
        if (current is { Deleting: false })
        {
            return;
        }

        if (required.Collection == KnownCollections.CustomResourceDefinitions)
        {
            throw current is null ? Failures.NoSuchResource() : Failures.MethodNotAllowed("create not allowed while custom resource definition is terminating");
        }

        if (current is null)
        {
            throw Failures.NotFound(KnownCollections.Namespaces, request.Namespace);
        }

        throw Failures.Forbidden(
            request.Collection,
            request.Path.Name ?? "",
            $"unable to create new content in namespace {request.Namespace} because it is being terminated",
            [new StatusCause { Reason = "NamespaceTerminating", Message = $"namespace {request.Namespace} is being terminated", Field = "metadata.namespace" }]);
    }
}
