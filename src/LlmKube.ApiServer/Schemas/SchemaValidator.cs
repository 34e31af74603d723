using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LlmKube.ApiServer.Schemas.Rules;

namespace LlmKube.ApiServer.Schemas;

/// <summary>Validates objects against their kinds' schemas, with Kubernetes' wording; remembers compiled patterns.</summary>
internal sealed class SchemaValidator
{
    /// <summary>Enough to mend a manifest by, and an upper bound on what a hostile object makes the server answer.</summary>
    public const int MaxFindings = 50;

    private readonly ConcurrentDictionary<string, Regex?> _patterns = new(StringComparer.Ordinal);
    private readonly RuleValidator _rules;

    public SchemaValidator() => _rules = new RuleValidator(FindPattern);

    /// <summary>Adds the faults of <paramref name="obj"/>; <paramref name="old"/> is what it replaces, null for a new object.</summary>
    public void Validate(ServedKind kind, JsonObject obj, JsonObject? old, List<Finding> findings)
    {
        var pass = new ValidationPass(findings, FindPattern, kind.IsBuiltIn);
        pass.ValidateRoot(kind.Schema, obj);

        // Rules take for granted that the values have the types of the schema.
        if (findings.Count == 0 && !kind.IsBuiltIn)
        {
            _rules.Validate(kind.Schema, obj, old, findings);
        }
    }

    /// <summary>
    /// A pattern as the linear-time engine takes it, as Go's does; null for one that this engine cannot read, which then constrains nothing.
    /// <see cref="CrdReader"/> refuses such a pattern when the CRD is applied.
    /// </summary>
    private Regex? FindPattern(string pattern) => _patterns.GetOrAdd(pattern, Patterns.TryCompile);
}
