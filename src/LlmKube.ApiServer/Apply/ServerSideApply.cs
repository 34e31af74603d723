using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Apply;

/// <summary>Server-side apply: the applier states the fields it has an opinion on, and owns them.</summary>
internal static class ServerSideApply
{
    /// <summary>Owns what an object had before anyone applied it and before its fields were tracked.</summary>
    public const string BeforeFirstApply = "before-first-apply";

    public static ApplyOutcome Apply(JsonObject? live, JsonObject applied, ApplyContext context)
    {
        Check(applied, context);
        var schema = ObjectSchema.Of(context.Schema);
        var outcome = ApplyFields(live, applied, context, schema);
        // kubectl's client-side apply left a record of what it set: that much is kubectl's own to change.
        if (outcome is ApplyOutcome.Conflicts conflicts && context.Manager == LastApplied.Manager && LastApplied.Read(live) is { } lastApplied)
        {
            var own = ObjectFields.Of(lastApplied, schema).Paths().Select(PathElement.Display).ToHashSet(StringComparer.Ordinal);
            var foreign = conflicts.Fields.Where(conflict => !own.Contains(conflict.Path)).ToList();
            return foreign.Count > 0 ? new ApplyOutcome.Conflicts(foreign) : ApplyFields(live, applied, context with { Force = true }, schema);
        }

        return outcome;
    }

    private static ApplyOutcome ApplyFields(JsonObject? live, JsonObject applied, ApplyContext context, Schema schema)
    {
        var before = live ?? new JsonObject { ["apiVersion"] = applied["apiVersion"]?.DeepClone(), ["kind"] = applied["kind"]?.DeepClone() };
        var untracked = UntrackedFields.Of(context, before.Concat(applied).Select(member => member.Key));
        var request = Writable(applied, live is null, untracked);
        var entries = LiveEntries(live, context);
        var last = entries.FirstOrDefault(entry => entry.Identity == Own(FieldSet.Empty, context).Identity);
        var own = Own(StatedFields(applied, request, schema, untracked), context);
        var others = entries.Where(entry => entry != last)
            .Select(entry => entry with { Fields = UntrackedFields.WithoutSystemFields(FieldSetFitting.Fit(entry.Fields, schema)) }).ToList();

        var merged = ObjectMerge.Merge(before, request, schema);
        if (last is not null)
        {
            Prune(merged, FieldSetFitting.Fit(last.Fields, schema), others.Append(own), schema);
        }

        var comparison = ObjectComparison.Compare(before, merged, schema).Ignoring(untracked);
        var contested = comparison.Changed.Union(comparison.Overwritten);
        var conflicts = others.Select(entry => (Entry: entry, Fields: entry.Fields.Intersect(contested))).Where(conflict => !conflict.Fields.IsEmpty).ToList();
        if (conflicts.Count > 0 && !context.Force)
        {
            return new ApplyOutcome.Conflicts(Describe(conflicts));
        }

        var lost = comparison.Changed.Union(comparison.Removed);
        IEnumerable<ManagedFieldsEntry> remaining = others.Select(entry => entry with { Fields = entry.Fields.Except(lost) });
        return Finish(live, merged, applied, context, [.. remaining, own], last);
    }

    /// <summary>Decides whether anything changed, and answers the very bytes that are stored when nothing did.</summary>
    private static ApplyOutcome.Applied Finish(
        JsonObject? live, JsonObject merged, JsonObject applied, ApplyContext context, List<ManagedFieldsEntry> entries, ManagedFieldsEntry? last)
    {
        if (context.Manager == LastApplied.Manager && context.Subresource is null)
        {
            LastApplied.Sync(merged, applied);
        }

        var own = entries[^1];
        var isSame = live is not null && JsonNode.DeepEquals(live, merged);
        if (isSame && last is not null && last.ApiVersion == own.ApiVersion && last.Fields.SetEquals(own.Fields))
        {
            entries[^1] = own with { Time = last.Time };
        }

        entries.RemoveAll(entry => entry.Fields.IsEmpty);
        ManagedFieldsJson.Write(merged, entries);
        return live is not null && JsonNode.DeepEquals(live, merged)
            ? new ApplyOutcome.Applied((JsonObject)live.DeepClone(), Changed: false)
            : new ApplyOutcome.Applied(merged, Changed: true);
    }

    /// <summary>Removes what the manager applied before and does not apply now, unless someone else owns it.</summary>
    private static void Prune(JsonObject merged, FieldSet last, IEnumerable<ManagedFieldsEntry> owners, Schema schema)
    {
        var owned = owners.Aggregate(FieldSet.Empty, (all, entry) => all.Union(entry.Fields));
        var abandoned = ObjectPrune.WithNamedParents(UntrackedFields.WithoutSystemFields(last), schema)
            .Except(ObjectPrune.WithNamedParents(owned, schema))
            .Except(FieldSet.OfPath("f:metadata"));
        ObjectPrune.Remove(merged, abandoned, schema);
    }

    private static void Check(JsonObject applied, ApplyContext context)
    {
        if (applied["metadata"] is JsonObject metadata && metadata[ManagedFieldsJson.Member] is not (null or JsonArray { Count: 0 }))
        {
            throw PatchException.BadRequest("metadata.managedFields must be nil");
        }

        var apiVersion = applied["apiVersion"]?.ToString();
        if (apiVersion != context.ApiVersion)
        {
            throw PatchException.BadRequest(
                $"Incorrect version specified in apply patch. Specified patch version: {apiVersion}, expected: {context.ApiVersion}");
        }
    }

    /// <summary>The part of the applied object that the request may write: the server's own metadata and other paths' fields stay as they are.</summary>
    private static JsonObject Writable(JsonObject applied, bool isCreate, FieldSet untracked)
    {
        var request = (JsonObject)applied.DeepClone();
        foreach (var (element, _) in untracked.Children)
        {
            if (PathElement.IsField(element, out var member))
            {
                request.Remove(member);
            }
        }

        if (!isCreate && request["metadata"] is JsonObject metadata)
        {
            foreach (var name in metadata.Select(member => member.Key).Where(UntrackedFields.IsSystemMetadata).ToList())
            {
                metadata.Remove(name);
            }
        }

        (request["metadata"] as JsonObject)?.Remove(ManagedFieldsJson.Member);
        return request;
    }

    private static FieldSet StatedFields(JsonObject applied, JsonObject request, Schema schema, FieldSet untracked)
    {
        var fields = ObjectFields.Of(request, schema, out var faults);
        if (faults.Count > 0)
        {
            var what = faults.Count == 1 ? faults[0] : "errors:\n  " + string.Join("\n  ", faults);
            var metadata = applied["metadata"] as JsonObject;
            throw PatchException.BadRequest(
                $"failed to create typed patch object ({metadata?["namespace"]}/{metadata?["name"]}; {applied["apiVersion"]}, Kind={applied["kind"]}): {what}");
        }

        return UntrackedFields.WithoutSystemFields(fields.ExceptTrees(untracked));
    }

    private static IReadOnlyList<ManagedFieldsEntry> LiveEntries(JsonObject? live, ApplyContext context)
    {
        var entries = ManagedFieldsJson.Read(live);
        return live is null || entries.Count > 0
            ? entries
            : ManagedFields.Record([], new JsonObject(), live, context with { Manager = BeforeFirstApply });
    }

    private static ManagedFieldsEntry Own(FieldSet fields, ApplyContext context) => new()
    {
        Manager = context.Manager,
        Operation = ManagedFieldsEntry.ApplyOperation,
        ApiVersion = context.ApiVersion,
        Subresource = context.Subresource,
        Time = ManagedFieldsJson.Time(context.Now),
        Fields = fields,
    };

    private static List<FieldConflict> Describe(List<(ManagedFieldsEntry Entry, FieldSet Fields)> conflicts) =>
        [.. conflicts.OrderBy(conflict => conflict.Entry.Display, StringComparer.Ordinal).SelectMany(conflict =>
            conflict.Fields.Paths().Select(path => new FieldConflict(conflict.Entry.Manager, conflict.Entry.Display, PathElement.Display(path))))];
}
