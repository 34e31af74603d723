using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.Resources.Tests.Crds;

/// <summary>A schema as a table: each field's path with its type and rules, in the notation of <c>Fixtures/fields.tsv</c>.</summary>
internal static class FieldTable
{
    public static Dictionary<string, string> Of(JsonObject crd)
    {
        var schema = SchemaJson.Read(crd["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject());
        var table = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in (string[])["spec", "status"])
        {
            Add(table, part, schema.Properties![part], schema.Required.Contains(part, StringComparer.Ordinal));
        }

        return table;
    }

    private static void Add(Dictionary<string, string> table, string path, Schema schema, bool required)
    {
        table[path] = string.Join(' ', [TypeOf(schema), .. RulesOf(schema, required)]);
        var (inner, prefix) = schema.Items is { } items ? (items, path + "[]") : (schema, path);
        foreach (var (name, property) in inner.Properties ?? new Dictionary<string, Schema>(StringComparer.Ordinal))
        {
            Add(table, $"{prefix}.{name}", property, inner.Required.Contains(name, StringComparer.Ordinal));
        }
    }

    private static string TypeOf(Schema schema) => schema switch
    {
        { IntOrString: true } => "int|string",
        { Items: { } items } => "[]" + TypeOf(items),
        { AdditionalProperties: { IntOrString: true } } => "int|string",
        { AdditionalProperties: { } values } => "map[string]" + TypeOf(values),
        { Type: null } => "any",
        _ => schema.Type,
    };

    private static IEnumerable<string> RulesOf(Schema schema, bool required)
    {
        var value = schema is { AdditionalProperties.IntOrString: true } ? schema.AdditionalProperties! : schema;
        if (required)
        {
            yield return "required";
        }

        if (schema.Default is { } standard)
        {
            yield return "default=" + standard.ToString();
        }

        if (schema.Enum is { } values)
        {
            yield return "enum=" + string.Join(',', values);
        }

        foreach (var (rule, limit) in ((string, double?)[])[
            ("min", schema.Minimum), ("max", schema.Maximum), ("minLength", schema.MinLength), ("maxLength", schema.MaxLength), ("maxItems", schema.MaxItems)])
        {
            if (limit is { } number)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{rule}={number}");
            }
        }

        if (value.Format is { } format)
        {
            yield return "format=" + format;
        }

        foreach (var _ in schema.Validations ?? [])
        {
            yield return "cel";
        }

        if (schema.ListType is { } list)
        {
            yield return list == "map" ? "keys=" + string.Join(',', schema.ListMapKeys ?? []) : list;
        }

        if (value.Pattern is { } pattern)
        {
            yield return "pattern=" + (pattern == ScalarTypes.Quantity.Pattern ? "quantity" : pattern);
        }
    }
}
