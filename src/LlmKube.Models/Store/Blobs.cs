using LlmKube.Models.Store.FileSystem;

namespace LlmKube.Models.Store;

/// <summary>The distinct files of a store, each once, read-only, named by what is in them.</summary>
internal sealed class Blobs(ModelStoreLayout layout)
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public bool Has(string sha256, long sizeBytes) => new FileInfo(layout.Blob(sha256)) is { Exists: true } file && file.Length == sizeBytes;

    /// <summary>Moves a verified file in, or drops it where the same bytes are already there.</summary>
    public void Add(string localPath, string sha256, long sizeBytes)
    {
        if (Has(sha256, sizeBytes))
        {
            File.Delete(localPath);
            return;
        }

        Directory.CreateDirectory(layout.BlobFolder);
        if (!OperatingSystem.IsWindows())
        {
            TrySetMode(localPath);
        }

        File.Move(localPath, layout.Blob(sha256), overwrite: true);
    }

    /// <summary>Gives a blob its name in a model's folder, in the best way that the file system knows.</summary>
    public LinkKind Link(string sha256, string path)
    {
        var blob = layout.Blob(sha256);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (Links.TryHardLink(blob, path))
        {
            return LinkKind.HardLink;
        }

        if (Links.TryReflink(blob, path))
        {
            return LinkKind.Reflink;
        }

        try
        {
            // Relative to where the folder will be, which is one below the root.
            File.CreateSymbolicLink(path, Target(sha256, path));
            return LinkKind.Symlink;
        }
        catch (IOException)
        {
            File.Move(blob, path);
            return LinkKind.None;
        }
    }

    public void Remove(string sha256) => File.Delete(layout.Blob(sha256));

    public IEnumerable<FileInfo> All() => Directory.Exists(layout.BlobFolder) ? new DirectoryInfo(layout.BlobFolder).EnumerateFiles() : [];

    private string Target(string sha256, string path)
    {
        var folders = Path.GetRelativePath(layout.Root, path).Split(Path.DirectorySeparatorChar);

        // <root>/partial/<key>/publish/<path> becomes <root>/<key>/<path>: two folders less.
        var up = folders.Length - 1 - (folders[0] == Path.GetFileName(layout.PartialRoot) ? 2 : 0);
        return string.Concat(Enumerable.Repeat("../", up)) + Path.GetRelativePath(layout.Root, layout.Blob(sha256));
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void TrySetMode(string path)
    {
        try
        {
            File.SetUnixFileMode(path, ReadOnly);
        }
        catch (UnauthorizedAccessException)
        {
            // Some network file systems keep one mode for all.
        }
    }
}
