using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Tables;

/// <summary>The columns of the kinds that keep pods running.</summary>
internal static class WorkloadColumns
{
    public static IReadOnlyList<Column> Deployment { get; } =
    [
        Column.ObjectName,
        Column.Text("Ready", deployment => ReadyOf(deployment, "readyReplicas")),
        Column.Number("Up-to-date", deployment => Status(deployment, "updatedReplicas")),
        Column.Number("Available", deployment => Status(deployment, "availableReplicas")),
        Column.Age,
        .. TemplateColumns,
    ];

    public static IReadOnlyList<Column> ReplicaSet { get; } =
    [
        Column.ObjectName,
        Column.Number("Desired", set => Spec(set, "replicas", 1)),
        Column.Number("Current", set => Status(set, "replicas")),
        Column.Number("Ready", set => Status(set, "readyReplicas")),
        Column.Age,
        .. TemplateColumns,
    ];

    public static IReadOnlyList<Column> StatefulSet { get; } =
    [
        Column.ObjectName,
        Column.Text("Ready", set => ReadyOf(set, "readyReplicas")),
        Column.Age,
        Column.Wide("Containers", set => Containers(set, "name")),
        Column.Wide("Images", set => Containers(set, "image")),
    ];

    public static IReadOnlyList<Column> DaemonSet { get; } =
    [
        Column.ObjectName,
        Column.Number("Desired", set => Status(set, "desiredNumberScheduled")),
        Column.Number("Current", set => Status(set, "currentNumberScheduled")),
        Column.Number("Ready", set => Status(set, "numberReady")),
        Column.Number("Up-to-date", set => Status(set, "updatedNumberScheduled")),
        Column.Number("Available", set => Status(set, "numberAvailable")),
        Column.Text("Node Selector", set => CellText.Labels(Column.At(set, "spec", "template", "spec", "nodeSelector"))),
        Column.Age,
        .. TemplateColumns,
    ];

    /// <summary>What <c>-o wide</c> says of a workload's pods.</summary>
    internal static IReadOnlyList<Column> TemplateColumns =>
    [
        Column.Wide("Containers", workload => Containers(workload, "name")),
        Column.Wide("Images", workload => Containers(workload, "image")),
        Column.Wide("Selector", workload => CellText.Selector(Column.At(workload, "spec", "selector"))),
    ];

    private static string ReadyOf(JsonObject workload, string field) =>
        string.Create(CultureInfo.InvariantCulture, $"{Status(workload, field)}/{Spec(workload, "replicas", 1)}");

    internal static long Spec(JsonObject obj, string field, long absent) => JsonTypes.Integer(Column.At(obj, "spec", field)) ?? absent;

    internal static long Status(JsonObject obj, string field) => JsonTypes.Integer(Column.At(obj, "status", field)) ?? 0;

    private static string Containers(JsonObject workload, string field) => string.Join(
        ',', (Column.At(workload, "spec", "template", "spec", "containers") as JsonArray ?? []).OfType<JsonObject>().Select(c => CellText.Of(c[field])));
}
