using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Tables;

/// <summary>The columns of the kinds that run pods to completion.</summary>
internal static class JobColumns
{
    public static IReadOnlyList<Column> Job { get; } =
    [
        Column.ObjectName,
        Column.Text("Status", JobStatus),
        Column.Text("Completions", JobCompletions),
        new Column("Duration", "string", 0, JobDuration),
        Column.Age,
        .. WorkloadColumns.TemplateColumns,
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
        var succeeded = WorkloadColumns.Status(job, "succeeded");
        if (JsonTypes.Integer(Column.At(job, "spec", "completions")) is { } completions)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{succeeded}/{completions}");
        }

        var parallelism = WorkloadColumns.Spec(job, "parallelism", 0);
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
