using System.Buffers.Binary;
using System.Text;
using LlmKube.Models.Formats.Gguf;

namespace LlmKube.Models.Tests.Formats.Gguf;

/// <summary>Puts a header together byte by byte, right or wrong, of any version.</summary>
internal sealed class HeaderBytes(uint version = 3)
{
    private readonly MemoryStream _entries = new();
    private readonly MemoryStream _tensors = new();
    private ulong _entryCount;
    private ulong _tensorCount;

    public HeaderBytes Entry(string key, GgufValueType type, params object[] parts)
    {
        _entryCount++;
        Put(_entries, [key, (uint)type, .. parts]);
        return this;
    }

    public HeaderBytes Tensor(string name, uint type, ulong offset, params ulong[] dimensions)
    {
        _tensorCount++;
        Put(_tensors, [name, (uint)dimensions.Length, .. dimensions.Select(size => (object)new Length(size)), type, offset]);
        return this;
    }

    public HeaderBytes Claiming(ulong tensors, ulong entries)
    {
        (_tensorCount, _entryCount) = (tensors, entries);
        return this;
    }

    /// <summary>The header, and behind it room for so many bytes of tensors from the next multiple of 32.</summary>
    public byte[] ToArray(int data = 0)
    {
        var all = new MemoryStream();
        Put(all, [0x46554747u, version, new Length(_tensorCount), new Length(_entryCount)]);
        all.Write(_entries.ToArray());
        all.Write(_tensors.ToArray());
        all.Write(new byte[((32 - (all.Length % 32)) % 32) + data]);
        return all.ToArray();
    }

    public async Task<GgufReadResult> ReadAsync(int data = 0)
    {
        var bytes = ToArray(data);
        return await GgufReader.ReadAsync(new MemoryStream(bytes), bytes.Length, Xunit.TestContext.Current.CancellationToken);
    }

    private void Put(MemoryStream stream, IEnumerable<object> parts)
    {
        foreach (var part in parts)
        {
            stream.Write(part switch
            {
                byte value => [value],
                sbyte value => [unchecked((byte)value)],
                bool value => [value ? (byte)1 : (byte)0],
                ushort value => BitConverter.GetBytes(value),
                short value => BitConverter.GetBytes(value),
                uint value => BitConverter.GetBytes(value),
                int value => BitConverter.GetBytes(value),
                float value => BitConverter.GetBytes(value),
                ulong value => BitConverter.GetBytes(value),
                long value => BitConverter.GetBytes(value),
                double value => BitConverter.GetBytes(value),
                Length length => Bytes(length),
                string text => [.. Bytes(new Length((ulong)Encoding.UTF8.GetByteCount(text))), .. Encoding.UTF8.GetBytes(text)],
                _ => throw new ArgumentException($"No bytes for {part}.", nameof(parts)),
            });
        }
    }

    private byte[] Bytes(Length length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length.Value);
        return version == 1 ? bytes[..4] : bytes;
    }

    /// <summary>A length or count, which is shorter in version 1.</summary>
    internal readonly record struct Length(ulong Value);
}
