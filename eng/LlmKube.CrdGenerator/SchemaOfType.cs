using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Schemas;
using LlmKube.Resources.Declarations;

namespace LlmKube.CrdGenerator;

/// <summary>The structural schema of a C# record, from its properties, their attributes and their doc comments.</summary>
internal sealed class SchemaOfType(Descriptions descriptions)
{
    private readonly NullabilityInfoContext _nullability = new();

    /// <summary>The schema of an object with the record's properties in alphabetical order, so that moving one changes nothing.</summary>
    public Schema Of(Type type)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null && property.SetMethod is not null)
            .OrderBy(NameOf, StringComparer.Ordinal)
            .ToArray();
        return new Schema
        {
            Type = "object",
            Properties = properties.ToDictionary(NameOf, Of, StringComparer.Ordinal),
            Required = [.. properties.Where(property => property.IsDefined(typeof(RequiredAttribute))).Select(NameOf)],
            Validations = RulesOf(type),
        };
    }

    public static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private Schema Of(PropertyInfo property)
    {
        CheckNullability(property);
        var schema = property.IsDefined(typeof(UnstructuredAttribute))
            ? new Schema { PreserveUnknownFields = true }
            : Shape(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, property.GetCustomAttribute<CoreTypeAttribute>()?.Name);
        return schema with
        {
            Description = descriptions.Of(property),
            Minimum = property.GetCustomAttribute<MinimumAttribute>()?.Value,
            Maximum = property.GetCustomAttribute<MaximumAttribute>()?.Value,
            Pattern = property.GetCustomAttribute<PatternAttribute>()?.Value ?? schema.Pattern,
            MinLength = property.GetCustomAttribute<LengthAttribute>()?.Min,
            MaxLength = property.GetCustomAttribute<LengthAttribute>() is { Max: > 0 } length ? length.Max : null,
            MaxItems = property.GetCustomAttribute<MaxItemsAttribute>()?.Value,
            Enum = property.GetCustomAttribute<OneOfAttribute>() is { } oneOf ? [.. oneOf.Values.Select(ValueOf)] : null,
            Default = property.GetCustomAttribute<DefaultAttribute>() is { } given ? ValueOf(given.Value) : null,
            ListType = property.IsDefined(typeof(ListMapKeysAttribute)) ? "map" : schema.ListType,
            ListMapKeys = property.GetCustomAttribute<ListMapKeysAttribute>()?.Keys ?? schema.ListMapKeys,
            MapType = property.IsDefined(typeof(AtomicAttribute)) ? "atomic" : schema.MapType,
            Validations = Merge(schema.Validations, RulesOf(property)),
        };
    }

    /// <summary>The type alone. A list or a map has the shape of its values inside.</summary>
    private Schema Shape(Type type, string? coreType)
    {
        if (ScalarOf(type) is { } scalar)
        {
            return scalar;
        }

        if (type == typeof(JsonElement))
        {
            return CoreSchemas.Of(coreType ?? throw new InvalidOperationException("Raw JSON in a resource names its core type, so that the API server can check it."));
        }

        if (type == typeof(Condition))
        {
            return CoreSchemas.Condition;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return new Schema { Type = "array", Items = Shape(type.GetGenericArguments()[0], coreType) };
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return new Schema { Type = "object", AdditionalProperties = Shape(type.GetGenericArguments()[1], coreType) };
        }

        return type.Namespace == typeof(LlmKube.Resources.V1Alpha1.Model).Namespace
            ? Of(type)
            : throw new InvalidOperationException($"{type} has no schema in a CRD. Use a record of the resources, or raw JSON with a core type.");
    }

    private static Schema? ScalarOf(Type type) => type switch
    {
        _ when type == typeof(string) => new Schema { Type = "string" },
        _ when type == typeof(bool) => new Schema { Type = "boolean" },
        _ when type == typeof(int) => new Schema { Type = "integer", Format = "int32" },
        _ when type == typeof(long) => new Schema { Type = "integer", Format = "int64" },
        _ when type == typeof(double) => new Schema { Type = "number" },
        _ when type == typeof(DateTimeOffset) => new Schema { Type = "string", Format = "date-time" },
        _ => null,
    };

    /// <summary>A field that may be left out must be able to say so, or an unset value would be sent as a set one.</summary>
    private void CheckNullability(PropertyInfo property)
    {
        if (!property.IsDefined(typeof(RequiredAttribute)) && _nullability.Create(property).ReadState != NullabilityState.Nullable)
        {
            throw new InvalidOperationException($"{property.DeclaringType}.{property.Name} is optional in the CRD and not nullable in C#. Make it nullable or required.");
        }
    }

    private static JsonValue ValueOf(object value) => value switch
    {
        string text => JsonValue.Create(text),
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        _ => throw new InvalidOperationException($"A default or a listed value is text, a number or a truth value, not {value.GetType()}."),
    };

    private static ValidationRule[]? RulesOf(MemberInfo member)
    {
        var rules = member.GetCustomAttributes<CelAttribute>().Select(cel => new ValidationRule(cel.Rule, cel.Message)).ToArray();
        return rules.Length == 0 ? null : rules;
    }

    private static IReadOnlyList<ValidationRule>? Merge(IReadOnlyList<ValidationRule>? first, IReadOnlyList<ValidationRule>? second) =>
        first is null ? second : second is null ? first : [.. first, .. second];
}
