using System.Runtime.InteropServices;

namespace LlmKube.Models.Store.FileSystem;

/// <summary>Folders that change in one step and stay changed after a power cut.</summary>
internal static partial class Folders
{
    private const int CurrentDirectory = -100;
    private const uint RenameExchange = 2;
    private const int ManyFiles = 32;

    /// <summary>
    /// Puts <paramref name="staged"/> in the place of <paramref name="place"/>: in one step where the system can exchange two names, so
    /// that a reader sees the old or the new one. What stood there before is then at <paramref name="aside"/>, or gone.
    /// </summary>
    public static void Replace(string staged, string place, string aside)
    {
        if (!Directory.Exists(place))
        {
            Directory.Move(staged, place);
        }
        else if (TryExchange(staged, place))
        {
            Directory.Move(staged, aside);
        }
        else
        {
            Directory.Move(place, aside);
            Directory.Move(staged, place);
        }

        Flush(Path.GetDirectoryName(place)!);
    }

    /// <summary>Makes new and renamed names in a folder durable.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            // NTFS journals its own metadata; there is no folder flush to ask for.
            return;
        }

        var descriptor = Open(folder, 0);
        if (descriptor >= 0)
        {
            // Some network file systems refuse to flush a folder; they answer a rename only once it is stored.
            _ = Fsync(descriptor);
            _ = Close(descriptor);
        }
    }

    /// <summary>Returns once the bytes of all these files, which lie in one folder, are on the disk.</summary>
    public static void FlushFiles(string folder, IReadOnlyList<string> files)
    {
        if (files.Count > ManyFiles && OperatingSystem.IsLinux() && TrySyncFileSystem(folder))
        {
            return;
        }

        foreach (var file in files)
        {
            using var handle = File.OpenHandle(file, access: FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(handle);
        }
    }

    /// <summary>One call in the place of thousands.</summary>
    private static bool TrySyncFileSystem(string folder)
    {
        var descriptor = Open(folder, 0);
        if (descriptor < 0)
        {
            return false;
        }

        var done = SyncFs(descriptor) == 0;
        _ = Close(descriptor);
        return done;
    }

    private static bool TryExchange(string one, string other)
    {
        try
        {
            return OperatingSystem.IsLinux() && RenameAt2(CurrentDirectory, one, CurrentDirectory, other, RenameExchange) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs")]
    private static partial int SyncFs(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
