using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Storage;

/// <summary>One durable fact: an object's new version, or its deletion (no <see cref="Json"/>).</summary>
internal readonly record struct JournalRecord(StoreKey Key, long Revision, byte[]? Json);

/// <summary>
/// The bytes of journals and snapshots: an eight-byte head, then frames of length, CRC-32C and payload. One frame is
/// one commit, whole or absent; a frame after a damaged one can therefore only exist if the damage came later.
/// </summary>
internal static class JournalFormat
{
    public const int FrameHeadBytes = 8;

    /// <summary>No commit comes near this; a larger length is damage, and is never allocated.</summary>
    public const int MaxFrameBytes = 256 * 1024 * 1024;

    private const byte PutRecord = 1;
    private const byte DeleteRecord = 2;

    public static ReadOnlySpan<byte> FileHead => "LLMKJ\0\0\u0001"u8;

    public static byte[] Frame(IReadOnlyCollection<JournalRecord> records)
    {
        using var payload = new MemoryStream(records.Sum(record => 128 + (record.Json?.Length ?? 0)));
        payload.Write(stackalloc byte[FrameHeadBytes]);
        using (var writer = new BinaryWriter(payload, Encoding.UTF8, leaveOpen: true))
        {
            foreach (var record in records)
            {
                Write(writer, record);
            }
        }

        var frame = payload.ToArray();
        var body = frame.AsSpan(FrameHeadBytes);
        BinaryPrimitives.WriteInt32LittleEndian(frame, body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), Checksum(body));
        return frame;
    }

    /// <summary>Whether a whole, undamaged frame starts at <paramref name="offset"/>, and if so where it ends.</summary>
    public static bool TryFindFrame(ReadOnlySpan<byte> file, int offset, out int end)
    {
        end = offset;
        if (file.Length - offset < FrameHeadBytes)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(file[offset..]);
        if (length <= 0 || length > MaxFrameBytes || length > file.Length - offset - FrameHeadBytes)
        {
            return false;
        }

        var body = file.Slice(offset + FrameHeadBytes, length);
        if (Checksum(body) != BinaryPrimitives.ReadUInt32LittleEndian(file[(offset + 4)..]))
        {
            return false;
        }

        end = offset + FrameHeadBytes + length;
        return true;
    }

    /// <summary>The records of a frame that <see cref="TryFindFrame"/> found.</summary>
    public static List<JournalRecord> ReadFrame(byte[] file, int offset, int end)
    {
        var records = new List<JournalRecord>();
        using var stream = new MemoryStream(file, offset + FrameHeadBytes, end - offset - FrameHeadBytes, writable: false);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        while (stream.Position < stream.Length)
        {
            var kind = reader.ReadByte();
            var revision = reader.ReadInt64();
            var collection = new ResourceCollection(reader.ReadString(), reader.ReadString());
            var key = new StoreKey(collection, new ObjectKey(reader.ReadString(), reader.ReadString()));
            records.Add(new JournalRecord(key, revision, kind switch
            {
                PutRecord => reader.ReadBytes(reader.ReadInt32()),
                DeleteRecord => null,
                _ => throw new InvalidDataException($"the journal holds a record of kind {kind}, which this version does not know: it was written by a newer one."),
            }));
        }

        return records;
    }

    private static void Write(BinaryWriter writer, JournalRecord record)
    {
        writer.Write(record.Json is null ? DeleteRecord : PutRecord);
        writer.Write(record.Revision);
        writer.Write(record.Key.Collection.Group);
        writer.Write(record.Key.Collection.Plural);
        writer.Write(record.Key.Object.Namespace);
        writer.Write(record.Key.Object.Name);
        if (record.Json is { } json)
        {
            writer.Write(json.Length);
            writer.Write(json);
        }
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return ~crc;
    }
}
