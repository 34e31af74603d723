namespace LlmKube.Models.Backends;

/// <summary>A file of a source as its place describes it before a byte of it is read.</summary>
/// <param name="Path">Where it goes below the model's folder: a safe relative path with forward slashes.</param>
public sealed record RemoteFile(string Path)
{
    /// <summary>Bytes; null where the place does not say.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>What its bytes must hash to; null where the place does not say, and then the first complete read defines it.</summary>
    public ContentDigest? Digest { get; init; }

    /// <summary>Changes when the bytes change, such as an ETag; a transfer resumes only where it is still the same. Null resumes nothing.</summary>
    public string? Validator { get; init; }

    /// <summary>Whether it is a file of the model, or holds some.</summary>
    public Packing Packing { get; init; }

    /// <summary>Whether the place is known to answer byte ranges.</summary>
    public bool AcceptsRanges { get; init; }
}
