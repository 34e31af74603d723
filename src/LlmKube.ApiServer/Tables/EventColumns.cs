using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Tables;

/// <summary>The columns of events, for which the last time they were seen comes first.</summary>
internal static class EventColumns
{
    public static IReadOnlyList<Column> All { get; } =
    [
        new Column("Last Seen", "string", 0, (e, now) => CellText.Age(LastSeen(e), now)),
        Column.Text("Type", e => CellText.Of(e["type"])),
        Column.Text("Reason", e => CellText.Of(e["reason"])),
        Column.Text("Object", Involved),
        Column.Wide("Subobject", e => CellText.Of(Column.At(e, "involvedObject", "fieldPath")) ?? ""),
        Column.Wide("Source", Source),
        Column.Text("Message", e => CellText.Of(e["message"])?.Trim()),
        new Column("First Seen", "string", 1, (e, now) => CellText.Age(FirstSeen(e), now)),
        new Column("Count", "integer", 1, (e, _) => Count(e)),
        new Column("Name", "string", 1, (e, _) => CellText.Of(Column.At(e, "metadata", "name"))) { Format = "name" },
    ];

    private static JsonNode? FirstSeen(JsonObject e) => e["firstTimestamp"] ?? e["eventTime"];

    private static JsonNode? LastSeen(JsonObject e) => Column.At(e, "series", "lastObservedTime") ?? e["lastTimestamp"] ?? FirstSeen(e);

    private static long Count(JsonObject e) =>
        JsonTypes.Integer(Column.At(e, "series", "count")) ?? JsonTypes.Integer(e["count"]) ?? 1;

    private static string Involved(JsonObject e)
    {
        var kind = CellText.Of(Column.At(e, "involvedObject", "kind"))?.ToLowerInvariant();
        var name = CellText.Of(Column.At(e, "involvedObject", "name"));
        return string.IsNullOrEmpty(name) ? kind ?? "" : string.Create(CultureInfo.InvariantCulture, $"{kind}/{name}");
    }

    private static string Source(JsonObject e)
    {
        var component = CellText.Of(Column.At(e, "source", "component")) ?? CellText.Of(e["reportingComponent"]) ?? "";
        var instance = CellText.Of(Column.At(e, "source", "host")) ?? CellText.Of(e["reportingInstance"]) ?? "";
        return instance.Length == 0 ? component : $"{component}, {instance}";
    }
}
