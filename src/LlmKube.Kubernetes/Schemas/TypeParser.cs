using System.Text.Json.Nodes;

namespace LlmKube.Kubernetes.Schemas;

/// <summary>
/// Turns a type's lines into its schema. A field line is <c>name type[!] flag… [# description]</c>: <c>!</c> marks a required field;
/// the type is a scalar, a type's name, <c>[]</c> or <c>{}</c> before one, or <c>enum(a|b)</c>; the flags are <c>atomic</c>, <c>set</c>,
/// <c>map=key,key</c>, <c>patch=strategy:key</c> and <c>default=json</c>.
/// </summary>
internal static class TypeParser
{
    public static Schema Parse(TypeText type, TypeTable table)
    {
        var properties = new Dictionary<string, Schema>(type.Fields.Count, StringComparer.Ordinal);
        var required = new List<string>();
        foreach (var line in type.Fields)
        {
            var (words, description) = Words(line);
            var isRequired = words[1].EndsWith('!');
            var schema = Flagged(TypeOf(words[1].TrimEnd('!'), type.Package, table), words.AsSpan(2));
            properties.Add(words[0], description is null ? schema : schema with { Description = description });
            if (isRequired)
            {
                required.Add(words[0]);
            }
        }

        var (header, about) = Words(type.Header);
        return new Schema
        {
            Name = type.Name,
            Type = "object",
            Description = about,
            Properties = properties,
            Required = required,
            MapType = header.Contains("atomic", StringComparer.Ordinal) ? "atomic" : null,
        };
    }

    private static (string[] Words, string? Description) Words(string line)
    {
        var hash = line.IndexOf(" # ", StringComparison.Ordinal);
        var words = (hash < 0 ? line : line[..hash]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (words, hash < 0 ? null : line[(hash + 3)..].Trim());
    }

    private static Schema TypeOf(string text, string package, TypeTable table)
    {
        if (text.StartsWith("[]", StringComparison.Ordinal))
        {
            return new Schema { Type = "array", Items = TypeOf(text[2..], package, table) };
        }

        if (text.StartsWith("{}", StringComparison.Ordinal))
        {
            return new Schema { Type = "object", AdditionalProperties = TypeOf(text[2..], package, table) };
        }

        if (text.StartsWith("enum(", StringComparison.Ordinal))
        {
            var values = text["enum(".Length..^1].Split('|');
            return new Schema { Type = "string", Enum = [.. values.Select(value => (JsonNode?)JsonValue.Create(value))] };
        }

        return ScalarTypes.Find(text) ?? table.Resolve(package, text);
    }

    private static Schema Flagged(Schema schema, ReadOnlySpan<string> flags)
    {
        foreach (var flag in flags)
        {
            var (key, value) = flag.IndexOf('=', StringComparison.Ordinal) is var at and >= 0 ? (flag[..at], flag[(at + 1)..]) : (flag, "");
            schema = key switch
            {
                "atomic" when schema.Type == "array" => schema with { ListType = "atomic" },
                "atomic" => schema with { MapType = "atomic" },
                "set" => schema with { ListType = "set" },
                "map" => schema with { ListType = "map", ListMapKeys = value.Split(',') },
                "patch" => Patched(schema, value),
                "default" => schema with { Default = JsonNode.Parse(value) },
                _ => throw new InvalidDataException($"The type tables use the flag {flag}, which nothing reads."),
            };
        }

        return schema;
    }

    private static Schema Patched(Schema schema, string value)
    {
        var parts = value.Split(':', 2);
        return schema with { PatchStrategy = parts[0], PatchMergeKey = parts.Length > 1 ? parts[1] : null };
    }
}
