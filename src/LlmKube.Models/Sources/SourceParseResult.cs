namespace LlmKube.Models.Sources;

/// <summary>One thing that is wrong with a source: the field below <c>spec.source</c> (empty for the whole) and a sentence with what to do.</summary>
public sealed record SourceFinding(string Field, string Message);

/// <summary>What came of reading a source: the source, or everything that is wrong with it.</summary>
public abstract record SourceParseResult
{
    private SourceParseResult()
    {
    }

    /// <summary>A source that can be used.</summary>
    /// <param name="Source">What it means.</param>
    /// <param name="Text">What its cache key is made from: the string exactly as written, or the string form of an object.</param>
    public sealed record Parsed(ModelSource Source, string Text) : SourceParseResult
    {
        public string CacheKey => Sources.CacheKey.Of(Text);
    }

    /// <summary>Not a source; there is at least one finding.</summary>
    public sealed record Invalid(IReadOnlyList<SourceFinding> Findings) : SourceParseResult
    {
        public string Message => string.Join(" ", Findings.Select(finding => finding.Message));
    }

    internal static Invalid Wrong(string message) => new([new SourceFinding("", message)]);
}
