namespace LlmKube.Models.Formats.Safetensors;

/// <summary>What came of reading a header.</summary>
public abstract record SafetensorsReadResult
{
    private SafetensorsReadResult()
    {
    }

    public sealed record Read(SafetensorsHeader Header) : SafetensorsReadResult;

    /// <summary>It is no safetensors file, or a damaged one; the sentence says what is wrong.</summary>
    public sealed record Failed(string Message) : SafetensorsReadResult;
}
