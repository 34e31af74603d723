namespace LlmKube.ApiServer.Tables;

/// <summary>The columns of the kinds that scale and guard workloads.</summary>
internal static class ScalingColumns
{
    public static IReadOnlyList<Column> Autoscaler { get; } =
    [
        Column.ObjectName,
        Column.Text("Reference", hpa => $"{CellText.Of(Column.At(hpa, "spec", "scaleTargetRef", "kind"))}/{CellText.Of(Column.At(hpa, "spec", "scaleTargetRef", "name"))}"),
        Column.Number("MinPods", hpa => WorkloadColumns.Spec(hpa, "minReplicas", 1)),
        Column.Number("MaxPods", hpa => WorkloadColumns.Spec(hpa, "maxReplicas", 0)),
        Column.Number("Replicas", hpa => WorkloadColumns.Status(hpa, "currentReplicas")),
        Column.Age,
    ];

    public static IReadOnlyList<Column> DisruptionBudget { get; } =
    [
        Column.ObjectName,
        Column.Text("Min Available", pdb => CellText.Of(Column.At(pdb, "spec", "minAvailable")) ?? "N/A"),
        Column.Text("Max Unavailable", pdb => CellText.Of(Column.At(pdb, "spec", "maxUnavailable")) ?? "N/A"),
        Column.Number("Allowed Disruptions", pdb => WorkloadColumns.Status(pdb, "disruptionsAllowed")),
        Column.Age,
    ];
}
