using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Apply;

/// <summary>Fits ownership that was recorded under an older schema to the current one.</summary>
internal static class FieldSetFitting
{
    /// <summary>Owners of a part of what has become atomic own the whole.</summary>
    public static FieldSet Fit(FieldSet set, Schema? schema)
    {
        if (set.Children.Count == 0 || schema is null)
        {
            return set;
        }

        if (schema.MapType == "atomic" || (schema.Type == "array" && FieldTyping.ListKindOf(schema) == FieldKind.Leaf))
        {
            return FieldSet.Leaf;
        }

        Dictionary<string, FieldSet>? fitted = null;
        foreach (var (element, child) in set.Children)
        {
            var below = Fit(child, PathElement.IsField(element, out var name) ? schema.FindProperty(name) : schema.Items);
            if (!ReferenceEquals(below, child))
            {
                fitted ??= new Dictionary<string, FieldSet>(set.Children, StringComparer.Ordinal);
                fitted[element] = below;
            }
        }

        return fitted is null ? set : FieldSet.Of(set.IsMember, fitted);
    }
}
