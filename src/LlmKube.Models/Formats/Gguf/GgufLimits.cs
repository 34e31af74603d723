namespace LlmKube.Models.Formats.Gguf;

/// <summary>How much a header may claim before it is called corrupt: headers come from strangers.</summary>
internal static class GgufLimits
{
    public const int TextBytes = 10 * 1024 * 1024;
    public const int KeyBytes = 4096;
    public const int TensorNameBytes = 256;
    public const long ArrayElements = 10_000_000;
    public const int ArrayDepth = 4;
    public const uint Dimensions = 16;
    public const long Entries = 65_536;
    public const uint Alignment = 1 << 20;

    /// <summary>Longer texts are skipped; the longest that is read for its content is a chat template.</summary>
    public const int KeptTextBytes = 256 * 1024;

    /// <summary>Longer arrays are counted; the longest read for its content has one number per layer.</summary>
    public const int KeptItems = 512;

    /// <summary>What all kept metadata may cost in memory.</summary>
    public const int KeptBytes = 4 * 1024 * 1024;
}
