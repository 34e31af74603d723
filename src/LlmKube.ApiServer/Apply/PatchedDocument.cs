using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Apply;

/// <summary>The document that one JSON patch works on, addressed by pointers.</summary>
internal sealed class PatchedDocument(JsonNode? root)
{
    public JsonNode? Root { get; private set; } = root;

    public JsonNode? Get(JsonPointer path)
    {
        var node = Root;
        for (var depth = 0; depth < path.Tokens.Count; depth++)
        {
            node = Child(node, path, depth);
        }

        return node;
    }

    public void Add(JsonPointer path, JsonNode? value)
    {
        if (path.IsRoot)
        {
            Root = value;
            return;
        }

        switch (Parent(path))
        {
            case JsonObject parent:
                parent[path.Last] = value;
                break;
            case JsonArray parent when path.Last == "-":
                parent.Add(value);
                break;
            case JsonArray parent when JsonPointer.TryParseIndex(path.Last, parent.Count, out var index) && index <= parent.Count:
                parent.Insert(index, value);
                break;
            default:
                throw NoSuchPath(path);
        }
    }

    public JsonNode? Remove(JsonPointer path)
    {
        if (path.IsRoot)
        {
            var whole = Root;
            Root = null;
            return whole;
        }

        var removed = Get(path);
        switch (Parent(path))
        {
            case JsonObject parent:
                parent.Remove(path.Last);
                break;
            case JsonArray parent when JsonPointer.TryParseIndex(path.Last, parent.Count, out var index):
                parent.RemoveAt(index);
                break;
            default:
                throw NoSuchPath(path);
        }

        return removed;
    }

    public void Replace(JsonPointer path, JsonNode? value)
    {
        if (path.IsRoot)
        {
            Root = value;
            return;
        }

        // Reading it first makes a replace of what is not there an error, as the RFC wants.
        Get(path);
        switch (Parent(path))
        {
            case JsonObject parent:
                parent[path.Last] = value;
                break;
            case JsonArray parent when JsonPointer.TryParseIndex(path.Last, parent.Count, out var index):
                parent[index] = value;
                break;
            default:
                throw NoSuchPath(path);
        }
    }

    private JsonNode? Parent(JsonPointer path)
    {
        var node = Root;
        for (var depth = 0; depth < path.Tokens.Count - 1; depth++)
        {
            node = Child(node, path, depth);
        }

        return node;
    }

    private static JsonNode? Child(JsonNode? node, JsonPointer path, int depth)
    {
        var token = path.Tokens[depth];
        return node switch
        {
            JsonObject parent when parent.TryGetPropertyValue(token, out var child) => child,
            JsonArray parent when JsonPointer.TryParseIndex(token, parent.Count, out var index) && index < parent.Count => parent[index],
            _ => throw NoSuchPath(path),
        };
    }

    private static PatchException NoSuchPath(JsonPointer path) =>
        PatchException.Invalid($"the server rejected our request due to an error in our request: the path {path.Text} does not exist in the object");
}
