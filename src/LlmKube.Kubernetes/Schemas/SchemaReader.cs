using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmKube.Kubernetes.Schemas;

/// <summary>Reads one level of a schema; <paramref name="path"/> is where it stands in the document, for error messages.</summary>
internal readonly struct SchemaReader(string path)
{
    /// <summary>Far deeper than any real schema, and well inside the stack.</summary>
    private const int MaxDepth = 200;

    public Schema Read(JsonObject json) => Read(json, depth: 0);

    private Schema Read(JsonObject json, int depth)
    {
        if (depth > MaxDepth)
        {
            throw Wrong("", $"is nested more than {MaxDepth} levels deep");
        }

        return WithExtensions(json, new Schema
        {
            Type = Text(json, "type"),
            Format = Text(json, "format"),
            Description = Text(json, "description"),
            Properties = Map(json, "properties", depth),
            Items = Child(json, "items", depth),
            AdditionalProperties = Additional(json, depth),
            Required = Strings(json, "required") ?? [],
            Enum = json["enum"] is null ? null : [.. ArrayOf(json, "enum").Select(value => value?.DeepClone())],
            Default = json["default"]?.DeepClone(),
            Nullable = Flag(json, "nullable"),
            Pattern = Text(json, "pattern"),
            Minimum = Number(json, "minimum"),
            Maximum = Number(json, "maximum"),
            ExclusiveMinimum = Flag(json, "exclusiveMinimum"),
            ExclusiveMaximum = Flag(json, "exclusiveMaximum"),
            MultipleOf = Number(json, "multipleOf"),
            MinLength = Count(json, "minLength"),
            MaxLength = Count(json, "maxLength"),
            MinItems = Count(json, "minItems"),
            MaxItems = Count(json, "maxItems"),
            MinProperties = Count(json, "minProperties"),
            MaxProperties = Count(json, "maxProperties"),
            UniqueItems = Flag(json, "uniqueItems"),
            AllOf = Children(json, "allOf", depth),
            AnyOf = Children(json, "anyOf", depth),
            OneOf = Children(json, "oneOf", depth),
            Not = Child(json, "not", depth),
        });
    }

    private Schema WithExtensions(JsonObject json, Schema schema) => schema with
    {
        IntOrString = Flag(json, "x-kubernetes-int-or-string"),
        PreserveUnknownFields = Flag(json, "x-kubernetes-preserve-unknown-fields"),
        EmbeddedResource = Flag(json, "x-kubernetes-embedded-resource"),
        ListType = Text(json, "x-kubernetes-list-type"),
        ListMapKeys = Strings(json, "x-kubernetes-list-map-keys"),
        MapType = Text(json, "x-kubernetes-map-type"),
        PatchStrategy = Text(json, "x-kubernetes-patch-strategy"),
        PatchMergeKey = Text(json, "x-kubernetes-patch-merge-key"),
        Validations = Rules(json),
    };

    private Schema? Child(JsonObject json, string keyword, int depth) => json[keyword] switch
    {
        null => null,
        JsonObject child => At(keyword).Read(child, depth + 1),
        _ => throw Wrong(keyword, "must be a schema"),
    };

    /// <summary><c>additionalProperties: true</c> says the same as an untyped schema that keeps everything.</summary>
    private Schema? Additional(JsonObject json, int depth) => json["additionalProperties"] switch
    {
        JsonValue value when value.GetValueKind() == JsonValueKind.True => ScalarTypes.Any,
        JsonValue value when value.GetValueKind() == JsonValueKind.False => null,
        _ => Child(json, "additionalProperties", depth),
    };

    private List<Schema>? Children(JsonObject json, string keyword, int depth)
    {
        if (json[keyword] is null)
        {
            return null;
        }

        var children = new List<Schema>();
        foreach (var item in ArrayOf(json, keyword))
        {
            var here = At($"{keyword}[{children.Count}]");
            children.Add(item is JsonObject child ? here.Read(child, depth + 1) : throw here.Wrong("", "must be a schema"));
        }

        return children;
    }

    private Dictionary<string, Schema>? Map(JsonObject json, string keyword, int depth)
    {
        switch (json[keyword])
        {
            case null:
                return null;
            case JsonObject children:
                var map = new Dictionary<string, Schema>(children.Count, StringComparer.Ordinal);
                foreach (var (name, child) in children)
                {
                    var here = At($"{keyword}[{name}]");
                    map[name] = child is JsonObject schema ? here.Read(schema, depth + 1) : throw here.Wrong("", "must be a schema");
                }

                return map;
            default:
                throw Wrong(keyword, "must be an object of schemas");
        }
    }

    private List<ValidationRule>? Rules(JsonObject json)
    {
        const string Keyword = "x-kubernetes-validations";
        if (json[Keyword] is null)
        {
            return null;
        }

        var rules = new List<ValidationRule>();
        foreach (var item in ArrayOf(json, Keyword))
        {
            var here = At($"{Keyword}[{rules.Count}]");
            if (item is not JsonObject rule || here.Text(rule, "rule") is not { } text)
            {
                throw here.Wrong("rule", "must be a CEL expression");
            }

            rules.Add(new ValidationRule(text, here.Text(rule, "message"), here.Text(rule, "messageExpression"), here.Text(rule, "reason"), here.Text(rule, "fieldPath")));
        }

        return rules;
    }

    private JsonArray ArrayOf(JsonObject json, string keyword) => json[keyword] as JsonArray ?? throw Wrong(keyword, "must be an array");

    private string? Text(JsonObject json, string keyword) => json[keyword] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => throw Wrong(keyword, "must be a string"),
    };

    private bool Flag(JsonObject json, string keyword) => json[keyword] switch
    {
        null => false,
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.GetValueKind() == JsonValueKind.True,
        _ => throw Wrong(keyword, "must be true or false"),
    };

    private double? Number(JsonObject json, string keyword) => json[keyword] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => JsonNumbers.ToDouble(value),
        _ => throw Wrong(keyword, "must be a number"),
    };

    private int? Count(JsonObject json, string keyword) => Number(json, keyword) switch
    {
        null => null,
        { } count when count is >= 0 and <= int.MaxValue && Math.Floor(count) == count => (int)count,
        _ => throw Wrong(keyword, "must be a whole number that is not negative"),
    };

    private List<string>? Strings(JsonObject json, string keyword)
    {
        if (json[keyword] is null)
        {
            return null;
        }

        var strings = new List<string>();
        foreach (var item in ArrayOf(json, keyword))
        {
            strings.Add(item is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : throw Wrong(keyword, "must hold strings only"));
        }

        return strings;
    }

    private SchemaReader At(string step) => new(path.Length == 0 ? step : $"{path}.{step}");

    private SchemaFormatException Wrong(string keyword, string problem) =>
        new(keyword.Length == 0 ? path : At(keyword).PathText, problem);

    private string PathText => path;
}
