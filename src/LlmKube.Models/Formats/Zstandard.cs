using System.Reflection;
using System.Runtime.InteropServices;

namespace LlmKube.Models.Formats;

/// <summary>The streaming decompression of libzstd (facebook.github.io/zstd, RFC 8878), which nearly every system has and .NET has not.</summary>
internal static partial class Zstandard
{
    private const string Library = "zstd";
    private static readonly string[] s_names = ["libzstd.so.1", "libzstd.1.dylib", "libzstd.dll"];
    private static readonly Lazy<nint> s_library = new(Load);

    static Zstandard() => NativeLibrary.SetDllImportResolver(typeof(Zstandard).Assembly, (name, _, _) => name == Library ? s_library.Value : 0);

    /// <summary>Whether this machine has the library.</summary>
    public static bool IsAvailable => s_library.Value != 0;

    /// <summary>A decompressor of its own; <see cref="Free"/> takes it away.</summary>
    [LibraryImport(Library, EntryPoint = "ZSTD_createDStream")]
    public static partial nint Create();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDStream")]
    public static partial nuint Free(nint stream);

    /// <summary>Decompresses what it can. Zero at the end of a frame, after which another may follow; else more is expected, or it is an error.</summary>
    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    public static partial nuint Decompress(nint stream, ref Piece output, ref Piece input);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint result);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    public static partial nint ErrorName(nuint result);

    private static nint Load()
    {
        foreach (var name in s_names)
        {
            if (NativeLibrary.TryLoad(name, Assembly.GetExecutingAssembly(), null, out var library))
            {
                return library;
            }
        }

        return 0;
    }

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer: memory, how much there is, and how much of it is done.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Piece
    {
        public nint Memory;
        public nuint Size;
        public nuint Position;
    }
}
