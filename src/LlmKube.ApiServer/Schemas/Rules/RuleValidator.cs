using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Schemas.Rules;

/// <summary>
/// Evaluates <c>x-kubernetes-validations</c>. A rule in a part of CEL that is not known here constrains nothing, as on a server
/// from before rules.
/// </summary>
internal sealed class RuleValidator(Func<string, Regex?> findPattern)
{
    private readonly ConcurrentDictionary<string, CelExpression?> _parsed = new(StringComparer.Ordinal);

    /// <summary>Adds a finding for each rule that does not hold; <paramref name="old"/> is the value replaced, null where there is none.</summary>
    public void Validate(Schema schema, JsonNode? value, JsonNode? old, List<Finding> findings) => Validate(schema, value, old, "", findings);

    private void Validate(Schema schema, JsonNode? value, JsonNode? old, string path, List<Finding> findings)
    {
        if (value is null || findings.Count >= SchemaValidator.MaxFindings)
        {
            return;
        }

        foreach (var rule in schema.Validations ?? [])
        {
            Check(schema, rule, value, old, path, findings);
        }

        switch (value)
        {
            case JsonObject obj:
                foreach (var (name, child) in obj)
                {
                    if (schema.FindProperty(name) is { } property)
                    {
                        Validate(property, child, (old as JsonObject)?[name], path.Length == 0 ? name : $"{path}.{name}", findings);
                    }
                }

                break;
            case JsonArray array when schema.Items is { } items:
                for (var i = 0; i < array.Count; i++)
                {
                    Validate(items, array[i], FindOld(schema, array[i], old as JsonArray), string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), findings);
                }

                break;
        }
    }

    private void Check(Schema schema, ValidationRule rule, JsonNode value, JsonNode? old, string path, List<Finding> findings)
    {
        // A rule about a transition has nothing to say of a new value.
        if (Parse(rule.Rule) is not { } expression || (old is null && UsesOldSelf(rule.Rule)))
        {
            return;
        }

        var variables = new Dictionary<string, object?>(StringComparer.Ordinal) { ["self"] = CelValues.Of(value) };
        if (old is not null)
        {
            variables["oldSelf"] = CelValues.Of(old);
        }

        var evaluator = new CelEvaluator(findPattern);
        try
        {
            if (evaluator.Evaluate(expression, variables) is not true)
            {
                findings.Add(Failed(schema, rule, path, MessageOf(rule, evaluator, variables)));
            }
        }
        catch (CelException exception)
        {
            findings.Add(Failed(schema, rule, path, $"rule evaluation error: {exception.Message} evaluating rule: {rule.Rule}"));
        }
    }

    private string MessageOf(ValidationRule rule, CelEvaluator evaluator, Dictionary<string, object?> variables)
    {
        if (rule.MessageExpression is { } text && Parse(text) is { } expression)
        {
            try
            {
                if (evaluator.Evaluate(expression, variables) is string { Length: > 0 } message)
                {
                    return message;
                }
            }
            catch (CelException)
            {
                // The plain message takes the place of an expression that fails.
            }
        }

        return rule.Message ?? $"failed rule: {rule.Rule}";
    }

    private static Finding Failed(Schema schema, ValidationRule rule, string path, string message)
    {
        var field = path + (rule.FieldPath ?? "");
        field = field.StartsWith('.') ? field[1..] : field;
        return rule.Reason switch
        {
            "FieldValueRequired" => Finding.Required(field, message),
            "FieldValueForbidden" => Finding.Forbidden(field, message),
            "FieldValueDuplicate" => Finding.Duplicate(field, schema.Type),
            _ => Finding.Invalid(field, schema.Type, message),
        };
    }

    /// <summary>The item of a list-map that the new item replaces; items of other lists have no past.</summary>
    private static JsonObject? FindOld(Schema schema, JsonNode? item, JsonArray? old) =>
        schema.ListType == "map" && schema.ListMapKeys is { } keys && item is JsonObject now
            ? old?.OfType<JsonObject>().FirstOrDefault(before => keys.All(key => JsonNode.DeepEquals(before[key], now[key])))
            : null;

    private static bool UsesOldSelf(string rule) => rule.Contains("oldSelf", StringComparison.Ordinal);

    private CelExpression? Parse(string text) => _parsed.GetOrAdd(text, static key =>
    {
        try
        {
            return CelParser.Parse(key);
        }
        catch (CelException)
        {
            return null;
        }
    });
}
