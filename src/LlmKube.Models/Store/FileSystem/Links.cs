using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LlmKube.Models.Store.FileSystem;

/// <summary>The ways in which two names share the same bytes, which .NET does not offer itself.</summary>
internal static partial class Links
{
    /// <summary>Linux's FICLONE: _IOW(0x94, 9, int).</summary>
    private const nuint FileClone = 0x40049409;

    /// <summary>Gives the file a second name. False where the file system has no hard links, or not between these two folders.</summary>
    public static bool TryHardLink(string existing, string name) => OperatingSystem.IsWindows()
        ? CreateHardLink(name, existing, nint.Zero)
        : Link(existing, name) == 0;

    /// <summary>Makes a copy that shares its blocks with the original until one of them is written. False where the file system cannot.</summary>
    public static bool TryReflink(string existing, string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        using (var from = File.OpenHandle(existing))
        using (var to = File.OpenHandle(name, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            if (Ioctl(to, FileClone, from) == 0)
            {
                return true;
            }
        }

        File.Delete(name);
        return false;
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(SafeFileHandle to, nuint request, SafeFileHandle from);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string name, string existing, nint security);
}
