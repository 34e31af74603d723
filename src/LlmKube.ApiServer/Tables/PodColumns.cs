using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Tables;

/// <summary>The columns of pods, whose status is read off the containers as kubectl users expect it.</summary>
internal static class PodColumns
{
    public static IReadOnlyList<Column> All { get; } =
    [
        Column.ObjectName,
        Column.Text("Ready", Ready),
        Column.Text("Status", Status),
        new Column("Restarts", "string", 0, Restarts),
        Column.Age,
        Column.Wide("IP", pod => CellText.Of(Column.At(pod, "status", "podIP")) ?? CellText.None),
        Column.Wide("Node", pod => CellText.Of(Column.At(pod, "spec", "nodeName")) ?? CellText.None),
        Column.Wide("Nominated Node", pod => CellText.Of(Column.At(pod, "status", "nominatedNodeName")) ?? CellText.None),
        Column.Wide("Readiness Gates", ReadinessGates),
    ];

    private static string Ready(JsonObject pod)
    {
        var ready = Statuses(pod, "containerStatuses").Count(status => JsonTypes.Flag(status["ready"]) == true);
        var total = (Column.At(pod, "spec", "containers") as JsonArray ?? []).Count;
        return string.Create(CultureInfo.InvariantCulture, $"{ready}/{total}");
    }

    private static string Status(JsonObject pod)
    {
        var status = Column.At(pod, "status");
        var reason = CellText.Of(Column.At(status, "reason")) ?? CellText.Of(Column.At(status, "phase")) ?? "Unknown";
        if (Conditions(pod).Any(c => CellText.Of(c["type"]) == "PodScheduled" && CellText.Of(c["reason"]) == "SchedulingGated"))
        {
            reason = "SchedulingGated";
        }

        reason = InitStatus(pod) ?? ContainerStatus(pod, reason);
        if (Column.At(pod, "metadata", "deletionTimestamp") is not null)
        {
            reason = CellText.Of(Column.At(status, "reason")) == "NodeLost" ? "Unknown" : "Terminating";
        }

        return reason;
    }

    /// <summary>What the first init container that is not done says, or null when all are.</summary>
    private static string? InitStatus(JsonObject pod)
    {
        var statuses = Statuses(pod, "initContainerStatuses").ToList();
        for (var i = 0; i < statuses.Count; i++)
        {
            var state = statuses[i]["state"];
            if (Column.At(state, "terminated") is { } ended)
            {
                if (JsonTypes.Integer(Column.At(ended, "exitCode")) is 0)
                {
                    continue;
                }

                return $"Init:{Ended(ended)}";
            }

            // A sidecar that has started holds nothing up.
            if (JsonTypes.Flag(statuses[i]["started"]) == true && IsSidecar(pod, CellText.Of(statuses[i]["name"])))
            {
                continue;
            }

            var waiting = CellText.Of(Column.At(state, "waiting", "reason"));
            var total = (Column.At(pod, "spec", "initContainers") as JsonArray ?? []).Count;
            return waiting is { Length: > 0 } and not "PodInitializing"
                ? $"Init:{waiting}"
                : string.Create(CultureInfo.InvariantCulture, $"Init:{i}/{total}");
        }

        return null;
    }

    private static string ContainerStatus(JsonObject pod, string reason)
    {
        var hasRunning = false;
        foreach (var status in Statuses(pod, "containerStatuses").Reverse())
        {
            var state = status["state"];
            if (CellText.Of(Column.At(state, "waiting", "reason")) is { Length: > 0 } waiting)
            {
                reason = waiting;
            }
            else if (Column.At(state, "terminated") is { } ended)
            {
                reason = Ended(ended);
            }
            else if (JsonTypes.Flag(status["ready"]) == true && Column.At(state, "running") is not null)
            {
                hasRunning = true;
            }
        }

        if (reason == "Completed" && hasRunning)
        {
            reason = Conditions(pod).Any(c => CellText.Of(c["type"]) == "Ready" && CellText.Of(c["status"]) == "True") ? "Running" : "NotReady";
        }

        return reason;
    }

    private static string Ended(JsonNode ended)
    {
        if (CellText.Of(Column.At(ended, "reason")) is { Length: > 0 } reason)
        {
            return reason;
        }

        return JsonTypes.Integer(Column.At(ended, "signal")) is { } signal and not 0
            ? string.Create(CultureInfo.InvariantCulture, $"Signal:{signal}")
            : string.Create(CultureInfo.InvariantCulture, $"ExitCode:{JsonTypes.Integer(Column.At(ended, "exitCode")) ?? 0}");
    }

    private static JsonNode? Restarts(JsonObject pod, DateTimeOffset now)
    {
        long count = 0;
        JsonNode? last = null;
        foreach (var status in Statuses(pod, "containerStatuses"))
        {
            count += JsonTypes.Integer(status["restartCount"]) ?? 0;
            var finished = Column.At(status, "lastState", "terminated", "finishedAt");
            last = string.CompareOrdinal(CellText.Of(finished), CellText.Of(last)) > 0 ? finished : last;
        }

        return count == 0 || last is null
            ? count.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{count} ({CellText.Age(last, now)} ago)");
    }

    private static string ReadinessGates(JsonObject pod)
    {
        var gates = (Column.At(pod, "spec", "readinessGates") as JsonArray ?? []).OfType<JsonObject>().Select(g => CellText.Of(g["conditionType"])).ToList();
        if (gates.Count == 0)
        {
            return CellText.None;
        }

        var open = gates.Count(gate => Conditions(pod).Any(c => CellText.Of(c["type"]) == gate && CellText.Of(c["status"]) == "True"));
        return string.Create(CultureInfo.InvariantCulture, $"{open}/{gates.Count}");
    }

    private static bool IsSidecar(JsonObject pod, string? name) =>
        (Column.At(pod, "spec", "initContainers") as JsonArray ?? []).OfType<JsonObject>()
        .Any(c => CellText.Of(c["name"]) == name && CellText.Of(c["restartPolicy"]) == "Always");

    private static IEnumerable<JsonObject> Statuses(JsonObject pod, string list) => (Column.At(pod, "status", list) as JsonArray ?? []).OfType<JsonObject>();

    private static IEnumerable<JsonObject> Conditions(JsonObject pod) => Statuses(pod, "conditions");
}
