namespace LlmKube.Models.Store;

/// <summary>How a model's file shares its bytes with the blob.</summary>
public enum LinkKind
{
    /// <summary>Two names of one file.</summary>
    HardLink,

    /// <summary>A copy that shares the blocks, where the file system has no hard links but can do that.</summary>
    Reflink,

    /// <summary>A relative symbolic link, where it can do neither.</summary>
    Symlink,

    /// <summary>The file itself; there is no blob. Caches that were written before there were blobs are like this, and file systems without any links.</summary>
    None,
}
