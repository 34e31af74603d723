using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Apply;

/// <summary>Keeps <c>metadata.managedFields</c> in step with writes that are no server-side apply: create, update and the other patches.</summary>
internal static class ManagedFields
{
    /// <summary>More updaters than these are summed up, oldest first, under <see cref="AncientChanges"/>.</summary>
    public const int MaxUpdateManagers = 10;

    public const string AncientChanges = "ancient-changes";

    public static JsonObject RecordUpdate(
        JsonObject? before, JsonObject after, string manager, string apiVersion, string? subresource, Schema? schema, DateTimeOffset now) =>
        RecordUpdate(before, after, new ApplyContext { Manager = manager, ApiVersion = apiVersion, Subresource = subresource, Schema = schema, Now = now });

    /// <summary>
    /// <paramref name="after"/> with its managed fields: the manager owns what it changed or added, alone; what is gone is owned by nobody.
    /// <paramref name="before"/> is null on create.
    /// </summary>
    public static JsonObject RecordUpdate(JsonObject? before, JsonObject after, ApplyContext context)
    {
        var result = (JsonObject)after.DeepClone();
        var entries = StartingEntries(before, after, context);
        // Without an owner to compare with, as after a reset, tracking starts again with the next apply.
        if (before is null || entries.Count > 0)
        {
            entries = Record(entries, before ?? Identity(after), after, context);
        }

        ManagedFieldsJson.Write(result, entries);
        return result;
    }

    /// <summary>The entries after the step from <paramref name="before"/> to <paramref name="after"/>.</summary>
    internal static IReadOnlyList<ManagedFieldsEntry> Record(
        IReadOnlyList<ManagedFieldsEntry> entries, JsonObject before, JsonObject after, ApplyContext context)
    {
        var comparison = ObjectComparison.Compare(before, after, ObjectSchema.Of(context.Schema))
            .Ignoring(UntrackedFields.Of(context, after.Concat(before).Select(member => member.Key)));
        var own = new ManagedFieldsEntry
        {
            Manager = context.Manager,
            Operation = ManagedFieldsEntry.UpdateOperation,
            ApiVersion = context.ApiVersion,
            Subresource = context.Subresource,
            Time = ManagedFieldsJson.Time(context.Now),
            Fields = UntrackedFields.WithoutSystemFields(comparison.Changed),
        };

        var lost = comparison.Changed.Union(comparison.Removed);
        var result = new List<ManagedFieldsEntry>(entries.Count + 1);
        foreach (var entry in entries)
        {
            var kept = UntrackedFields.WithoutSystemFields(FieldSetFitting.Fit(entry.Fields, ObjectSchema.Of(context.Schema)).Except(lost));
            if (entry.Identity != own.Identity)
            {
                result.Add(entry with { Fields = kept });
            }
            else if (own.Fields.IsEmpty)
            {
                own = entry with { Fields = kept };
            }
            else
            {
                own = own with { Fields = own.Fields.Union(kept) };
            }
        }

        result.Add(own);
        result.RemoveAll(entry => entry.Fields.IsEmpty);
        return SumUpOldest(result);
    }

    /// <summary>
    /// Whose entries to start from. A client may edit them, which makes ownership transferable by hand; leaving them out changes nothing.
    /// </summary>
    private static IReadOnlyList<ManagedFieldsEntry> StartingEntries(JsonObject? before, JsonObject after, ApplyContext context)
    {
        if (context.Subresource is null)
        {
            if (ManagedFieldsJson.IsReset(after))
            {
                return [];
            }

            if (ManagedFieldsJson.Read(after) is { Count: > 0 } given)
            {
                return given;
            }
        }

        return ManagedFieldsJson.Read(before);
    }

    private static JsonObject Identity(JsonObject value) =>
        new() { ["apiVersion"] = value["apiVersion"]?.DeepClone(), ["kind"] = value["kind"]?.DeepClone() };

    private static List<ManagedFieldsEntry> SumUpOldest(List<ManagedFieldsEntry> entries)
    {
        var updaters = entries.Where(entry => !entry.IsApply)
            // The summary itself always counts as oldest, so that there is never a second one.
            .OrderBy(entry => entry.Manager != AncientChanges)
            .ThenBy(entry => entry.Time, StringComparer.Ordinal)
            .ThenBy(entry => entry.Manager, StringComparer.Ordinal)
            .ToList();
        var tooMany = updaters.Count - MaxUpdateManagers;
        if (tooMany <= 0)
        {
            return entries;
        }

        // One entry stays for each API version, so a version's two oldest become one.
        foreach (var version in updaters.GroupBy(entry => entry.ApiVersion, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            var merged = version.Take(tooMany + 1).ToList();
            entries.RemoveAll(merged.Contains);
            entries.Add(merged[^1] with
            {
                Manager = AncientChanges,
                Subresource = null,
                Fields = merged.Aggregate(FieldSet.Empty, (all, one) => all.Union(one.Fields)),
            });
            tooMany -= merged.Count - 1;
            if (tooMany == 0)
            {
                break;
            }
        }

        return entries;
    }
}
