namespace LlmKube.Models.Backends;

/// <summary>How a file of a source holds the files of the model.</summary>
public enum Packing
{
    /// <summary>It is one of them.</summary>
    None,

    /// <summary>A tar archive.</summary>
    Tar,

    /// <summary>A tar archive, compressed with gzip.</summary>
    TarGzip,

    /// <summary>A tar archive, compressed with zstd.</summary>
    TarZstd,
}
