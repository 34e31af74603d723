namespace LlmKube.Router.Routing;

/// <summary>What routing knows of a request. <see cref="ModelValue"/> is the place of the model's JSON string, quotes included, in the body.</summary>
internal readonly record struct RequestFacts(string Model, ByteSpan ModelValue, bool Stream);

/// <summary>A stretch of bytes in a body.</summary>
internal readonly record struct ByteSpan(int Start, int Length)
{
    public int End => Start + Length;
}
