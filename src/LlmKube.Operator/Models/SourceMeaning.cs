using LlmKube.Models.Sources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Models;

/// <summary>What <c>spec.source</c> means, in either of its forms: the one place where a Model meets the parser of sources.</summary>
public static class SourceMeaning
{
    /// <summary>The source and its cache key, or everything that is wrong with it; null where nothing was written.</summary>
    public static SourceParseResult? Find(SourceField? source) => source is null || source.IsEmpty ? null : ModelSourceObject.Parse(source.Value);

    /// <summary>The source of a Model; of one in a repository, what it was resolved to, once it was.</summary>
    public static SourceParseResult? Find(Model model) => model.Spec.Source is not { IsEmpty: false } source ? null : ModelSourceObject.Parse(source.Value, model.Status?.ResolvedSource, model.Status?.ResolvedSecret);

    /// <summary>The Secret with the credentials of a Model's source; null where none is named.</summary>
    public static string? SecretOf(Model model) =>
        (Find(model) as SourceParseResult.Parsed)?.Source.SecretName ?? (model.Spec.SourceSecretRef?.Name is { Length: > 0 } name ? name : null);

    /// <summary>What is wrong with it, field by field, for validation; null when nothing is.</summary>
    public static string? Fault(SourceField source) => Find(source) is SourceParseResult.Invalid invalid
        ? string.Join(" ", invalid.Findings.Select(finding => finding.Field.Length == 0 ? finding.Message : $"{finding.Field}: {finding.Message}"))
        : null;
}
