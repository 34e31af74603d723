using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Tables;

/// <summary>The columns of namespaces, configuration and definitions.</summary>
internal static class ConfigColumns
{
    public static IReadOnlyList<Column> Namespace { get; } =
    [
        Column.ObjectName,
        Column.Text("Status", ns => CellText.Of(Column.At(ns, "status", "phase"))),
        Column.Age,
    ];

    public static IReadOnlyList<Column> Secret { get; } =
    [
        Column.ObjectName,
        Column.Text("Type", secret => CellText.Of(secret["type"])),
        Column.Number("Data", secret => Count(secret["data"])),
        Column.Age,
    ];

    public static IReadOnlyList<Column> ConfigMap { get; } =
    [
        Column.ObjectName,
        Column.Number("Data", map => Count(map["data"]) + Count(map["binaryData"])),
        Column.Age,
    ];

    public static IReadOnlyList<Column> Lease { get; } =
    [
        Column.ObjectName,
        Column.Text("Holder", lease => CellText.Of(Column.At(lease, "spec", "holderIdentity")) ?? ""),
        Column.Age,
    ];

    public static IReadOnlyList<Column> CustomResourceDefinition { get; } =
    [
        Column.ObjectName,
        new Column("Created At", "date", 0, (crd, _) => CellText.Of(Column.At(crd, "metadata", "creationTimestamp"))),
    ];

    public static IReadOnlyList<Column> PriorityClass { get; } =
    [
        Column.ObjectName,
        Column.Number("Value", priority => JsonTypes.Integer(priority["value"]) ?? 0),
        new Column("Global-Default", "boolean", 0, (priority, _) => JsonTypes.Flag(priority["globalDefault"]) ?? false),
        Column.Age,
        Column.Text("PreemptionPolicy", priority => CellText.Of(priority["preemptionPolicy"]) ?? "PreemptLowerPriority"),
    ];

    private static long Count(JsonNode? node) => node switch
    {
        JsonObject obj => obj.Count,
        JsonArray array => array.Count,
        _ => 0,
    };
}
