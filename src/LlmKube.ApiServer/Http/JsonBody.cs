using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Http;

/// <summary>Reads JSON as Kubernetes does: of a field that comes twice the last one counts, and whoever asked for strictness hears of it.</summary>
internal static class JsonBody
{
    private const int MaxDepth = 128;

    /// <summary>The tree, and the paths of the fields that came twice.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static (JsonNode? Tree, IReadOnlyList<string> Duplicates) Parse(byte[] body)
    {
        var duplicates = FindDuplicates(body);
        if (duplicates.Count == 0)
        {
            return (JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { MaxDepth = MaxDepth }), duplicates);
        }

        var reader = NewReader(body);
        reader.Read();
        return (ReadLastWins(ref reader), duplicates);
    }

    private static Utf8JsonReader NewReader(byte[] body) => new(body, new JsonReaderOptions { MaxDepth = MaxDepth });

    private static List<string> FindDuplicates(byte[] body)
    {
        var duplicates = new List<string>();
        var levels = new Stack<Level>();
        var reader = NewReader(body);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    Count(levels);
                    levels.Push(new Level(reader.TokenType == JsonTokenType.StartObject ? new HashSet<string>(StringComparer.Ordinal) : null));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    levels.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    var level = levels.Peek();
                    level.Name = reader.GetString()!;
                    if (!level.Names!.Add(level.Name))
                    {
                        duplicates.Add(PathOf(levels));
                    }

                    break;
                default:
                    Count(levels);
                    break;
            }
        }

        return duplicates;
    }

    private static void Count(Stack<Level> levels)
    {
        if (levels.TryPeek(out var level))
        {
            level.Index++;
        }
    }

    private static string PathOf(Stack<Level> levels)
    {
        var path = "";
        foreach (var level in levels.Reverse())
        {
            path = level.Names is null
                ? string.Create(CultureInfo.InvariantCulture, $"{path}[{level.Index}]")
                : path.Length == 0 ? level.Name : $"{path}.{level.Name}";
        }

        return path;
    }

    private static JsonNode? ReadLastWins(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var obj = new JsonObject();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    obj[name] = ReadLastWins(ref reader);
                }

                return obj;
            case JsonTokenType.StartArray:
                var array = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    array.Add(ReadLastWins(ref reader));
                }

                return array;
            default:
                return JsonNode.Parse(ref reader);
        }
    }

    /// <summary>Where the scan is in one object or array.</summary>
    private sealed class Level(HashSet<string>? names)
    {
        public HashSet<string>? Names { get; } = names;

        public string Name { get; set; } = "";

        public int Index { get; set; } = -1;
    }
}
