using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Tables;

/// <summary>How much of an object goes with its row.</summary>
internal enum IncludeObject
{
    None,
    Metadata,
    Object,
}

/// <summary>Objects as a meta.k8s.io/v1 Table, with the columns that kubectl users know.</summary>
internal sealed class TablePrinter(TimeProvider time)
{
    /// <summary>
    /// The table's metadata is the caller's to add. <paramref name="isWatchRow"/> leaves the column definitions out, which a watch
    /// sends with its first row only.
    /// </summary>
    public JsonObject Print(ServedKind kind, IEnumerable<JsonObject> objects, IncludeObject includeObject, bool isWatchRow)
    {
        var columns = kind.IsBuiltIn ? BuiltInColumns.Of(kind.Definition) : CustomColumns(kind);
        var now = time.GetUtcNow();
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = new JsonObject(),
            ["columnDefinitions"] = isWatchRow ? null : new JsonArray([.. columns.Select(Definition)]),
            ["rows"] = new JsonArray([.. objects.Select(obj => Row(columns, obj, includeObject, now))]),
        };
    }

    private static IReadOnlyList<Column> CustomColumns(ServedKind kind) => [Column.ObjectName, .. kind.PrinterColumns.Select(Custom)];

    private static Column Custom(PrinterColumn column)
    {
        var path = JsonPath.TryParse(column.JsonPath);
        return new Column(column.Name, column.Type, column.Priority, (obj, now) =>
            path?.Select(obj).FirstOrDefault() is { } value ? CellText.Typed(column.Type, value, now) : null)
        {
            Format = column.Format,
            Description = column.Description,
        };
    }

    private static JsonObject Definition(Column column) => new JsonObject
    {
        ["name"] = column.Name,
        ["type"] = column.Type,
        ["format"] = column.Format,
        ["description"] = column.Description,
        ["priority"] = column.Priority,
    };

    private static JsonObject Row(IReadOnlyList<Column> columns, JsonObject obj, IncludeObject includeObject, DateTimeOffset now)
    {
        var row = new JsonObject { ["cells"] = new JsonArray([.. columns.Select(column => column.Cell(obj, now))]) };
        if (includeObject == IncludeObject.Object)
        {
            row["object"] = obj.DeepClone();
        }
        else if (includeObject == IncludeObject.Metadata)
        {
            row["object"] = new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = obj["metadata"]?.DeepClone() };
        }

        return row;
    }
}
