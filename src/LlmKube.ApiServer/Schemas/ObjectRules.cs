using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Schemas;

/// <summary>
/// What a kind's schema does to an object on its way into the store, in the order in which the server calls it:
/// <see cref="Prune"/>, <see cref="Default"/>, <see cref="Validate"/>. One instance serves the process; it remembers compiled patterns and rules.
/// </summary>
internal sealed class ObjectRules
{
    private readonly SchemaValidator _validator = new();

    /// <summary>
    /// Removes the fields that the schema does not know, and a built-in kind's nulls, which mean absence.
    /// Returns a sentence for each unknown field, <c>unknown field "spec.foo"</c>, for the caller's fieldValidation level.
    /// </summary>
    public static IReadOnlyList<string> Prune(ServedKind kind, JsonObject obj)
    {
        if (kind.IsBuiltIn)
        {
            NullFields.Remove(obj);
        }

        return SchemaPruner.Prune(kind.Schema, obj);
    }

    /// <summary>Fills in a CRD's <c>default</c> values, or what Kubernetes' own defaulting does to a built-in kind.</summary>
    public static void Default(ServedKind kind, JsonObject obj)
    {
        if (kind.IsBuiltIn)
        {
            BuiltInDefaults.Apply(kind.Definition, obj);
        }
        else
        {
            SchemaDefaulter.Default(kind.Schema, obj);
        }
    }

    /// <summary>Every fault of the object, bounded in number; <paramref name="old"/> is what it replaces, for rules about transitions.</summary>
    public IReadOnlyList<Finding> Validate(ServedKind kind, JsonObject obj, JsonObject? old)
    {
        var findings = new List<Finding>();
        MetadataValidator.Validate(kind.Definition, obj, findings);
        _validator.Validate(kind, obj, old, findings);
        if (kind.IsBuiltIn)
        {
            BuiltInValidator.Validate(kind.Definition, obj, old, findings);
        }

        return findings;
    }
}
