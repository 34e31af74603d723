using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LlmKube.Models.Store.FileSystem;

/// <summary>Has the disk begin with what it will have to write anyway, so that the flush at the end finds little left to do.</summary>
internal static partial class Writeback
{
    /// <summary>Linux's SYNC_FILE_RANGE_WRITE: begin to write what is dirty, and wait for nothing.</summary>
    private const uint Begin = 2;

    /// <summary>A hint: where the system does not know it, or refuses it, nothing is lost.</summary>
    public static void Start(SafeFileHandle file, long offset, long length)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SyncFileRange(file, offset, length, Begin);
        }
    }

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);
}
