using System.Text.Json.Nodes;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Tables;

namespace LlmKube.ApiServer.Verbs;

/// <summary>Shows objects as meta.k8s.io/v1 Table, with as much of each object as <c>includeObject</c> asks for.</summary>
internal static class TableView
{
    public static JsonObject Of(ResourceRequest request, IEnumerable<JsonObject> trees, JsonObject? metadata, bool isWatchRow)
    {
        var include = request.Http.Request.Query["includeObject"].ToString() switch
        {
            "None" => IncludeObject.None,
            "Object" => IncludeObject.Object,
            _ => IncludeObject.Metadata,
        };
        var objects = trees.ToList();
        var table = new TablePrinter(request.Time).Print(request.Kind, objects, include, isWatchRow);
        table["metadata"] = metadata?.DeepClone() ?? new JsonObject { ["resourceVersion"] = objects is [var only] ? only["metadata"]?["resourceVersion"]?.DeepClone() : "" };
        return table;
    }
}
