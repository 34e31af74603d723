using LlmKube.Models.Store.FileSystem;

namespace LlmKube.Models.Store.Locking;

/// <summary>The file of one lock: made by one, read by all.</summary>
internal sealed class LockFile(string path)
{
    /// <summary>The text of the lock, or null while nobody holds it.</summary>
    public string? Read()
    {
        try
        {
            // A new open each time: network file systems show another machine's writes to who opens after them.
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Takes a free lock. The handle writes the holder's beats; null where somebody was faster.</summary>
    public FileStream? TryCreate(LockRecord record) => Place(record, beside =>
    {
        // A link appears whole or fails, on network file systems too; without links, an exclusive create is the next best.
        if (Links.TryHardLink(beside, path))
        {
            File.Delete(beside);
            return true;
        }

        if (File.Exists(path))
        {
            return false;
        }

        File.Move(beside, path, overwrite: false);
        return true;
    });

    /// <summary>Puts a new holder's record in the place of a dead one's.</summary>
    public FileStream? Replace(LockRecord record) => Place(record, beside =>
    {
        File.Move(beside, path, overwrite: true);
        return true;
    });

    public void Delete() => File.Delete(path);

    private FileStream? Place(LockRecord record, Func<string, bool> place)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var beside = $"{path}.{record.Nonce}";
        var stream = new FileStream(beside, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        try
        {
            stream.Write(record.ToBytes());
            stream.Flush(flushToDisk: true);
            if (place(beside))
            {
                return stream;
            }
        }
        catch (IOException) when (File.Exists(path))
        {
            // Somebody was faster.
        }
        catch
        {
            stream.Dispose();
            File.Delete(beside);
            throw;
        }

        stream.Dispose();
        File.Delete(beside);
        return null;
    }
}
