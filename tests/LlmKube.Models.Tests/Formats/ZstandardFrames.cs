using System.Runtime.InteropServices;

namespace LlmKube.Models.Tests.Formats;

/// <summary>What libzstd itself compresses.</summary>
internal static partial class ZstandardFrames
{
    /// <summary>One frame, with a checksum of what is in it.</summary>
    public static byte[] Compress(byte[] bytes)
    {
        const int CheckedFrames = 201;
        var context = CreateContext();
        _ = SetParameter(context, CheckedFrames, 1);
        var compressed = new byte[bytes.Length + (bytes.Length / 100) + 1000];
        var size = (int)Compress(context, compressed, (nuint)compressed.Length, bytes, (nuint)bytes.Length);
        _ = FreeContext(context);
        return compressed[..size];
    }

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_createCCtx")]
    private static partial nint CreateContext();

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_freeCCtx")]
    private static partial nuint FreeContext(nint context);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_CCtx_setParameter")]
    private static partial nuint SetParameter(nint context, int parameter, int value);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_compress2")]
    private static partial nuint Compress(nint context, byte[] destination, nuint capacity, byte[] source, nuint size);
}
