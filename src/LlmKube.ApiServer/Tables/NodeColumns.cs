using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Tables;

/// <summary>The columns of nodes.</summary>
internal static class NodeColumns
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    public static IReadOnlyList<Column> All { get; } =
    [
        Column.ObjectName,
        Column.Text("Status", Status),
        Column.Text("Roles", Roles),
        Column.Age,
        Column.Text("Version", node => Info(node, "kubeletVersion")),
        Column.Wide("Internal-IP", node => Address(node, "InternalIP")),
        Column.Wide("External-IP", node => Address(node, "ExternalIP")),
        Column.Wide("OS-Image", node => Info(node, "osImage") is { Length: > 0 } text ? text : CellText.Unknown),
        Column.Wide("Kernel-Version", node => Info(node, "kernelVersion") is { Length: > 0 } text ? text : CellText.Unknown),
        Column.Wide("Container-Runtime", node => Info(node, "containerRuntimeVersion") is { Length: > 0 } text ? text : CellText.Unknown),
    ];

    private static string Status(JsonObject node)
    {
        var ready = (Column.At(node, "status", "conditions") as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(c => CellText.Of(c["type"]) == "Ready");
        var status = ready is null ? "Unknown" : CellText.Of(ready["status"]) == "True" ? "Ready" : "NotReady";
        return JsonTypes.Flag(Column.At(node, "spec", "unschedulable")) == true ? $"{status},SchedulingDisabled" : status;
    }

    private static string Roles(JsonObject node)
    {
        var roles = (Column.At(node, "metadata", "labels") as JsonObject ?? [])
            .Where(label => label.Key.StartsWith(RolePrefix, StringComparison.Ordinal) && label.Key.Length > RolePrefix.Length)
            .Select(label => label.Key[RolePrefix.Length..])
            .Order(StringComparer.Ordinal)
            .ToList();
        return roles.Count == 0 ? CellText.None : string.Join(',', roles);
    }

    private static string Info(JsonObject node, string field) => CellText.Of(Column.At(node, "status", "nodeInfo", field)) ?? "";

    private static string Address(JsonObject node, string type) =>
        (Column.At(node, "status", "addresses") as JsonArray ?? []).OfType<JsonObject>()
        .Where(address => CellText.Of(address["type"]) == type)
        .Select(address => CellText.Of(address["address"]))
        .FirstOrDefault() ?? CellText.None;
}
