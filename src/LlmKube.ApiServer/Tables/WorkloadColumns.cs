using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Tables;

/// <summary>The columns of the kinds that make pods, and of those that scale and guard them.</summary>
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

    public static IReadOnlyList<Column> Job { get; } =
    [
        Column.ObjectName,
        Column.Text("Status", JobStatus),
        Column.Text("Completions", JobCompletions),
        new Column("Duration", "string", 0, JobDuration),
        Column.Age,
        .. TemplateColumns,
    ];

    public static IReadOnlyList<Column> CronJob { get; } =
    [
        Column.ObjectName,
        Column.Text("Schedule", job => CellText.Of(Column.At(job, "spec", "schedule"))),
        Column.Text("Timezone", job => CellText.Of(Column.At(job, "spec", "timeZone")) ?? CellText.None),
        Column.Text("Suspend", job => JsonTypes.Flag(Column.At(job, "spec", "suspend")) == true ? "True" : "False"),
        Column.Number("Active", job => (Column.At(job, "status", "active") as JsonArray ?? []).Count),
        new Column("Last Schedule", "string", 0, (job, now) => Column.At(job, "status", "lastScheduleTime") is { } last ? CellText.Age(last, now) : CellText.None),
        Column.Age,
    ];

    public static IReadOnlyList<Column> Autoscaler { get; } =
    [
        Column.ObjectName,
        Column.Text("Reference", hpa => $"{CellText.Of(Column.At(hpa, "spec", "scaleTargetRef", "kind"))}/{CellText.Of(Column.At(hpa, "spec", "scaleTargetRef", "name"))}"),
        Column.Number("MinPods", hpa => Spec(hpa, "minReplicas", 1)),
        Column.Number("MaxPods", hpa => Spec(hpa, "maxReplicas", 0)),
        Column.Number("Replicas", hpa => Status(hpa, "currentReplicas")),
        Column.Age,
    ];

    public static IReadOnlyList<Column> DisruptionBudget { get; } =
    [
        Column.ObjectName,
        Column.Text("Min Available", pdb => CellText.Of(Column.At(pdb, "spec", "minAvailable")) ?? "N/A"),
        Column.Text("Max Unavailable", pdb => CellText.Of(Column.At(pdb, "spec", "maxUnavailable")) ?? "N/A"),
        Column.Number("Allowed Disruptions", pdb => Status(pdb, "disruptionsAllowed")),
        Column.Age,
    ];

    private static IReadOnlyList<Column> TemplateColumns =>
    [
        Column.Wide("Containers", workload => Containers(workload, "name")),
        Column.Wide("Images", workload => Containers(workload, "image")),
        Column.Wide("Selector", workload => CellText.Selector(Column.At(workload, "spec", "selector"))),
    ];

    private static string ReadyOf(JsonObject workload, string field) =>
        string.Create(CultureInfo.InvariantCulture, $"{Status(workload, field)}/{Spec(workload, "replicas", 1)}");

    private static long Spec(JsonObject obj, string field, long absent) => JsonTypes.Integer(Column.At(obj, "spec", field)) ?? absent;

    private static long Status(JsonObject obj, string field) => JsonTypes.Integer(Column.At(obj, "status", field)) ?? 0;

    private static string Containers(JsonObject workload, string field) => string.Join(
        ',', (Column.At(workload, "spec", "template", "spec", "containers") as JsonArray ?? []).OfType<JsonObject>().Select(c => CellText.Of(c[field])));

    private static string JobStatus(JsonObject job)
    {
        bool Has(string type) => (Column.At(job, "status", "conditions") as JsonArray ?? []).OfType<JsonObject>()
            .Any(c => CellText.Of(c["type"]) == type && CellText.Of(c["status"]) == "True");

        return Has("Complete") ? "Complete"
            : Has("Failed") ? "Failed"
            : Column.At(job, "metadata", "deletionTimestamp") is not null ? "Terminating"
            : Has("Suspended") ? "Suspended"
            : Has("FailureTarget") ? "FailureTarget"
            : Has("SuccessCriteriaMet") ? "SuccessCriteriaMet"
            : "Running";
    }

    private static string JobCompletions(JsonObject job)
    {
        var succeeded = Status(job, "succeeded");
        if (JsonTypes.Integer(Column.At(job, "spec", "completions")) is { } completions)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{succeeded}/{completions}");
        }

        var parallelism = Spec(job, "parallelism", 0);
        return parallelism > 1
            ? string.Create(CultureInfo.InvariantCulture, $"{succeeded}/1 of {parallelism}")
            : string.Create(CultureInfo.InvariantCulture, $"{succeeded}/1");
    }

    private static JsonNode? JobDuration(JsonObject job, DateTimeOffset now)
    {
        var start = CellText.Of(Column.At(job, "status", "startTime"));
        var end = CellText.Of(Column.At(job, "status", "completionTime"));
        if (!DateTimeOffset.TryParse(start, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var from))
        {
            return "";
        }

        return HumanDuration.Of((DateTimeOffset.TryParse(end, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var to) ? to : now) - from);
    }
}
