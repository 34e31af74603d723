using System.Globalization;

namespace LlmKube.Models.Formats.Gguf;

/// <summary>Reads the header of a GGUF file of version 1 to 3 within fixed limits, from any stream of known length.</summary>
public static class GgufReader
{
    private const uint Magic = 0x46554747;

    /// <summary>Reads the header of a file on disk. Trouble with reaching the file is the caller's: it throws.</summary>
    public static async Task<GgufReadResult> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        await using var file = new FileStream(path, options);
        return await ReadAsync(file, file.Length, cancellationToken);
    }

    /// <summary>Reads the header from the stream's current place; <paramref name="fileSize"/> is the size of the whole file.</summary>
    /// <param name="stream">The file from its first byte; it is read forward, and sought forward where it can be.</param>
    /// <param name="fileSize">The size of the whole file, which every length in the header is checked against.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<GgufReadResult> ReadAsync(Stream stream, long fileSize, CancellationToken cancellationToken)
    {
        var cursor = new GgufCursor(stream, fileSize, cancellationToken);
        if (fileSize < 8 || await cursor.NumberAsync(4) != Magic)
        {
            return cursor.Failure ?? new GgufReadResult.NotGguf("The file is not a GGUF file: it does not begin with \"GGUF\". Name a .gguf file, or set the model's format.");
        }

        var version = (uint)await cursor.NumberAsync(4);
        if (version is < 1 or > 3)
        {
            return UnsupportedVersion(version);
        }

        var wide = version == 1 ? 4 : 8;
        var tensorCount = await CountAsync(cursor, wide, "tensors");
        var entryCount = await CountAsync(cursor, wide, "metadata entries");
        var metadata = await new GgufMetadataReader(cursor, wide).ReadAsync(entryCount);
        var tensors = await GgufTensorReader.ReadAsync(cursor, wide, tensorCount);
        if (cursor.Failed)
        {
            return cursor.Failure!;
        }

        return Finish(cursor, new GgufHeader { Version = version, Metadata = metadata, Tensors = tensors, DataOffset = 0, FileSize = fileSize });
    }

    /// <summary>Places the tensors behind the header and checks that the file holds them all.</summary>
    private static GgufReadResult Finish(GgufCursor cursor, GgufHeader header)
    {
        var alignment = header.Find("general.alignment")?.AsUnsigned() ?? 32;
        if (alignment is 0 or > GgufLimits.Alignment || (alignment & (alignment - 1)) != 0)
        {
            cursor.FailCorrupt($"general.alignment is {alignment.ToString(CultureInfo.InvariantCulture)}, which is no power of two up to {GgufLimits.Alignment.ToString(CultureInfo.InvariantCulture)}");
            return cursor.Failure!;
        }

        var start = (cursor.Position + (long)alignment - 1) / (long)alignment * (long)alignment;
        foreach (var tensor in header.Tensors)
        {
            if (tensor.Offset % (long)alignment != 0)
            {
                cursor.FailCorrupt($"tensor \"{tensor.Name}\" starts at {tensor.Offset.ToString(CultureInfo.InvariantCulture)}, off its alignment");
                return cursor.Failure!;
            }

            if (tensor.Offset > header.FileSize - start || (tensor.Bytes ?? 0) > header.FileSize - start - tensor.Offset)
            {
                var end = (Int128)start + tensor.Offset + (tensor.Bytes ?? 0);
                cursor.FailTruncated(end > long.MaxValue ? long.MaxValue : (long)end);
                return cursor.Failure!;
            }
        }

        return new GgufReadResult.Read(header with { DataOffset = start });
    }

    private static async ValueTask<long> CountAsync(GgufCursor cursor, int wide, string what)
    {
        var count = await cursor.NumberAsync(wide);
        if (count > GgufLimits.Entries)
        {
            cursor.FailCorrupt($"it claims {count.ToString(CultureInfo.InvariantCulture)} {what}; the limit is {GgufLimits.Entries.ToString(CultureInfo.InvariantCulture)}");
            return 0;
        }

        return (long)count;
    }

    private static GgufReadResult.UnsupportedVersion UnsupportedVersion(uint version)
    {
        var bigEndian = version != 0 && (version & 0xffff) == 0;
        return new GgufReadResult.UnsupportedVersion(version, bigEndian
            ? "The file is a big-endian GGUF file, made for another kind of machine. Get the little-endian one."
            : $"The file is a GGUF file of version {version.ToString(CultureInfo.InvariantCulture)}; versions 1 to 3 can be read. Convert it with a current llama.cpp.");
    }
}
