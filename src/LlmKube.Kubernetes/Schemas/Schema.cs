using System.Text.Json.Nodes;

namespace LlmKube.Kubernetes.Schemas;

/// <summary>
/// An OpenAPI v3 structural schema as CRDs carry it, with the <c>x-kubernetes-*</c> extensions.
/// Immutable; built-in types share sub-schemas by reference.
/// </summary>
public sealed record Schema
{
    /// <summary>The OpenAPI definition name of a built-in type (<c>io.k8s.api.core.v1.PodSpec</c>); null for inline schemas.</summary>
    public string? Name { get; init; }

    /// <summary><c>object</c>, <c>array</c>, <c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c>; null where any type goes.</summary>
    public string? Type { get; init; }

    public string? Format { get; init; }

    public string? Description { get; init; }

    public IReadOnlyDictionary<string, Schema>? Properties { get; init; }

    public Schema? Items { get; init; }

    /// <summary>The schema of a map's values.</summary>
    public Schema? AdditionalProperties { get; init; }

    public IReadOnlyList<string> Required { get; init; } = [];

    public IReadOnlyList<JsonNode?>? Enum { get; init; }

    public JsonNode? Default { get; init; }

    public bool Nullable { get; init; }

    public string? Pattern { get; init; }

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public bool ExclusiveMinimum { get; init; }

    public bool ExclusiveMaximum { get; init; }

    public double? MultipleOf { get; init; }

    public int? MinLength { get; init; }

    public int? MaxLength { get; init; }

    public int? MinItems { get; init; }

    public int? MaxItems { get; init; }

    public int? MinProperties { get; init; }

    public int? MaxProperties { get; init; }

    public bool UniqueItems { get; init; }

    public IReadOnlyList<Schema>? AllOf { get; init; }

    public IReadOnlyList<Schema>? AnyOf { get; init; }

    public IReadOnlyList<Schema>? OneOf { get; init; }

    public Schema? Not { get; init; }

    /// <summary><c>x-kubernetes-int-or-string</c>.</summary>
    public bool IntOrString { get; init; }

    /// <summary><c>x-kubernetes-preserve-unknown-fields</c>.</summary>
    public bool PreserveUnknownFields { get; init; }

    /// <summary><c>x-kubernetes-embedded-resource</c>.</summary>
    public bool EmbeddedResource { get; init; }

    /// <summary><c>x-kubernetes-list-type</c>: <c>atomic</c> (the default), <c>set</c> or <c>map</c>.</summary>
    public string? ListType { get; init; }

    /// <summary><c>x-kubernetes-list-map-keys</c>.</summary>
    public IReadOnlyList<string>? ListMapKeys { get; init; }

    /// <summary><c>x-kubernetes-map-type</c>: <c>granular</c> (the default) or <c>atomic</c>.</summary>
    public string? MapType { get; init; }

    /// <summary><c>x-kubernetes-patch-strategy</c> of strategic merge patch: <c>merge</c>, <c>replace</c>, <c>retainKeys</c> or a comma list.</summary>
    public string? PatchStrategy { get; init; }

    /// <summary><c>x-kubernetes-patch-merge-key</c> of strategic merge patch.</summary>
    public string? PatchMergeKey { get; init; }

    /// <summary><c>x-kubernetes-validations</c>: CEL rules, carried through so that the schema prints as it was given.</summary>
    public IReadOnlyList<ValidationRule>? Validations { get; init; }

    /// <summary>The schema of <paramref name="property"/>, or null when the schema does not know it.</summary>
    public Schema? FindProperty(string property) =>
        Properties is not null && Properties.TryGetValue(property, out var schema) ? schema : AdditionalProperties;
}

/// <summary>One rule of <c>x-kubernetes-validations</c>.</summary>
public sealed record ValidationRule(string Rule, string? Message = null, string? MessageExpression = null, string? Reason = null, string? FieldPath = null);
