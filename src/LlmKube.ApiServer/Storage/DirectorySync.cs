using System.Runtime.InteropServices;

namespace LlmKube.ApiServer.Storage;

/// <summary>Makes a rename or a new file name durable: .NET can flush a file but not the directory that names it.</summary>
internal static partial class DirectorySync
{
    private const int OpenReadOnly = 0;

    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            // NTFS journals its own metadata; there is no directory flush to ask for.
            return;
        }

        var descriptor = Open(directory, OpenReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"opening the directory '{directory}' to flush it failed with error {Marshal.GetLastPInvokeError()}.");
        }

        var failed = Fsync(descriptor) != 0 ? Marshal.GetLastPInvokeError() : 0;
        _ = Close(descriptor);
        if (failed != 0)
        {
            throw new IOException($"flushing the directory '{directory}' failed with error {failed}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
