namespace LlmKube.Models.Backends;

/// <summary>What came of opening a part of a file.</summary>
public abstract record OpenResult
{
    private OpenResult()
    {
    }

    /// <summary>Bytes are coming; the stream is the caller's to dispose of. A connection that breaks under it is an <see cref="IOException"/>.</summary>
    /// <param name="Content">The bytes, as they are at the place: no content encoding is left on them.</param>
    /// <param name="Offset">Where in the file the first byte stands: what was asked for, or 0 where the place ignored the range.</param>
    public sealed record Opened(Stream Content, long Offset) : OpenResult
    {
        /// <summary>The size of the whole file, where the answer says it.</summary>
        public long? FileSizeBytes { get; init; }

        /// <summary>The validator that came with this answer; null where it brought none.</summary>
        public string? Validator { get; init; }
    }

    /// <summary>A file that is here whole, from a place in it.</summary>
    public static OpenResult Of(byte[] file, long offset) => new Opened(new MemoryStream(file) { Position = offset }, offset) { FileSizeBytes = file.Length };

    /// <summary>The place did not give them.</summary>
    public sealed record Failed(ModelFailure Failure) : OpenResult;
}
