using System.Runtime.InteropServices;

namespace LlmKube.Models.Store.FileSystem;

/// <summary>Folders that change in one step and stay changed after a power cut.</summary>
internal static partial class Folders
{
    private const int CurrentDirectory = -100;
    private const uint RenameExchange = 2;

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

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
