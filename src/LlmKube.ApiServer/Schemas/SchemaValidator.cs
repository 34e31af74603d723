using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LlmKube.ApiServer.Schemas;

/// <summary>Validates objects against their kinds' schemas, with Kubernetes' wording; remembers compiled patterns.</summary>
internal sealed class SchemaValidator
{
    /// <summary>Enough to mend a manifest by, and an upper bound on what a hostile object makes the server answer.</summary>
    public const int MaxFindings = 50;

    private readonly ConcurrentDictionary<string, Regex?> _patterns = new(StringComparer.Ordinal);

    /// <summary>Adds the faults of <paramref name="obj"/>.</summary>
    public void Validate(ServedKind kind, JsonObject obj, List<Finding> findings)
    {
        var pass = new ValidationPass(findings, FindPattern, kind.IsBuiltIn);
        pass.ValidateRoot(kind.Schema, obj);
    }

    /// <summary>
    /// A pattern as the linear-time engine takes it, as Go's does; null for one that this engine cannot read, which then constrains nothing.
    /// <see cref="CrdReader"/> refuses such a pattern when the CRD is applied.
    /// </summary>
    private Regex? FindPattern(string pattern) => _patterns.GetOrAdd(pattern, Patterns.TryCompile);
}
