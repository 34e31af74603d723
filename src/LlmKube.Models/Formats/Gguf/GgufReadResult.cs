namespace LlmKube.Models.Formats.Gguf;

/// <summary>What came of reading a GGUF header: the header, or one of four reasons why there is none.</summary>
public abstract record GgufReadResult
{
    private GgufReadResult()
    {
    }

    /// <summary>The header was read and the file is as long as its tensors need.</summary>
    public sealed record Read(GgufHeader Header) : GgufReadResult;

    /// <summary>A file that cannot be used, and why, in a sentence for people.</summary>
    public abstract record Failed(string Message) : GgufReadResult;

    /// <summary>The file does not begin as a GGUF file does.</summary>
    public sealed record NotGguf(string Message) : Failed(Message);

    /// <summary>The file is a GGUF file of a version or byte order that is not read here.</summary>
    public sealed record UnsupportedVersion(uint Version, string Message) : Failed(Message);

    /// <summary>The file ends before what its header announces does.</summary>
    public sealed record Truncated(long Expected, long Actual, string Message) : Failed(Message);

    /// <summary>The header contradicts itself or goes beyond any sensible size, at this offset.</summary>
    public sealed record Corrupt(long Offset, string Message) : Failed(Message);
}
