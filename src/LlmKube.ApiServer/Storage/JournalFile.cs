using Microsoft.Win32.SafeHandles;

namespace LlmKube.ApiServer.Storage;

/// <summary>One journal file that is being appended to. What <see cref="AppendAsync"/> returns from is on the disk.</summary>
internal sealed class JournalFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private JournalFile(string path, SafeFileHandle handle, long length)
    {
        Path = path;
        _handle = handle;
        Length = length;
    }

    public string Path { get; }

    /// <summary>Bytes that are known to be good.</summary>
    public long Length { get; private set; }

    /// <summary>A failed write left the file in a state that cannot be trusted: begin a new one.</summary>
    public bool Damaged { get; private set; }

    public static JournalFile Create(string path)
    {
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        try
        {
            RandomAccess.Write(handle, JournalFormat.FileHead, 0);
            RandomAccess.FlushToDisk(handle);
            DirectorySync.Flush(System.IO.Path.GetDirectoryName(path)!);
            return new JournalFile(path, handle, JournalFormat.FileHead.Length);
        }
        catch
        {
            handle.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Goes on with a file that was read up to <paramref name="length"/>, and cuts what is behind that.</summary>
    public static JournalFile Continue(string path, long length)
    {
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.Read);
        try
        {
            if (RandomAccess.GetLength(handle) != length)
            {
                RandomAccess.SetLength(handle, length);
                RandomAccess.FlushToDisk(handle);
            }

            return new JournalFile(path, handle, length);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Writes and flushes one frame.</summary>
    /// <exception cref="IOException">Nothing of the frame counts; the file is as it was, or <see cref="Damaged"/>.</exception>
    public async Task AppendAsync(byte[] frame, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(_handle, frame, Length, cancellationToken);
        }
        catch (IOException)
        {
            TakeBack();
            throw;
        }

        try
        {
            RandomAccess.FlushToDisk(_handle);
        }
        catch (IOException)
        {
            // After a failed flush the kernel may have dropped the pages: what the file holds is not known any more.
            TakeBack();
            Damaged = true;
            throw;
        }

        Length += frame.Length;
    }

    public void Dispose() => _handle.Dispose();

    private void TakeBack()
    {
        try
        {
            RandomAccess.SetLength(_handle, Length);
        }
        catch (IOException)
        {
            Damaged = true;
        }
    }
}
