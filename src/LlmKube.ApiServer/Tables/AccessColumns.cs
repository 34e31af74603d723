using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Tables;

/// <summary>The columns of identities and of what they may do.</summary>
internal static class AccessColumns
{
    public static IReadOnlyList<Column> ServiceAccount { get; } =
    [
        Column.ObjectName,
        Column.Number("Secrets", account => (account["secrets"] as JsonArray ?? []).Count),
        Column.Age,
    ];

    public static IReadOnlyList<Column> Role { get; } =
    [
        Column.ObjectName,
        new Column("Created At", "date", 0, (role, _) => CellText.Of(Column.At(role, "metadata", "creationTimestamp"))),
    ];

    public static IReadOnlyList<Column> RoleBinding { get; } =
    [
        Column.ObjectName,
        Column.Text("Role", binding => $"{CellText.Of(Column.At(binding, "roleRef", "kind"))}/{CellText.Of(Column.At(binding, "roleRef", "name"))}"),
        Column.Age,
        Column.Wide("Users", binding => Subjects(binding, "User")),
        Column.Wide("Groups", binding => Subjects(binding, "Group")),
        Column.Wide("ServiceAccounts", binding => Subjects(binding, "ServiceAccount")),
    ];

    private static string Subjects(JsonObject binding, string kind) => string.Join(", ", (binding["subjects"] as JsonArray ?? [])
        .OfType<JsonObject>()
        .Where(subject => CellText.Of(subject["kind"]) == kind)
        .Select(subject => CellText.Of(subject["namespace"]) is { Length: > 0 } ns ? $"{ns}/{CellText.Of(subject["name"])}" : CellText.Of(subject["name"])));
}
