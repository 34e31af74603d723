using System.Buffers.Binary;
using System.Text;

namespace LlmKube.Models.Formats.Gguf;

/// <summary>Writes a GGUF file of version 3: metadata and tensors are collected, then written in one pass.</summary>
public sealed class GgufWriter
{
    private const int Alignment = 32;

    private readonly List<(string Key, byte[] TypeAndValue)> _metadata = [];
    private readonly List<(string Name, long[] Dimensions, TensorType Type, byte[] Bytes)> _tensors = [];

    public GgufWriter Add(string key, string value) => AddEntry(key, GgufValueType.Text, bytes => WriteText(bytes, value));

    public GgufWriter Add(string key, uint value) => AddEntry(key, GgufValueType.UInt32, bytes => WriteUInt32(bytes, value));

    public GgufWriter Add(string key, float value) => AddEntry(key, GgufValueType.Float32, bytes => WriteUInt32(bytes, BitConverter.SingleToUInt32Bits(value)));

    public GgufWriter Add(string key, bool value) => AddEntry(key, GgufValueType.Bool, bytes => bytes.WriteByte(value ? (byte)1 : (byte)0));

    public GgufWriter Add(string key, IReadOnlyList<string> values) =>
        AddArray(key, GgufValueType.Text, values, WriteText);

    public GgufWriter Add(string key, IReadOnlyList<float> values) =>
        AddArray(key, GgufValueType.Float32, values, (bytes, value) => WriteUInt32(bytes, BitConverter.SingleToUInt32Bits(value)));

    public GgufWriter Add(string key, IReadOnlyList<int> values) =>
        AddArray(key, GgufValueType.Int32, values, (bytes, value) => WriteUInt32(bytes, unchecked((uint)value)));

    /// <summary>Adds a tensor as 32-bit numbers; dimensions are fastest-moving first.</summary>
    public GgufWriter AddFloat32(string name, ReadOnlySpan<float> values, params long[] dimensions)
    {
        var bytes = new byte[values.Length * 4];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), values[i]);
        }

        return AddTensor(name, TensorType.Find(0)!, bytes, dimensions);
    }

    /// <summary>Adds a tensor as 16-bit numbers; dimensions are fastest-moving first.</summary>
    public GgufWriter AddFloat16(string name, ReadOnlySpan<float> values, params long[] dimensions)
    {
        var bytes = new byte[values.Length * 2];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(i * 2), (Half)values[i]);
        }

        return AddTensor(name, TensorType.Find(1)!, bytes, dimensions);
    }

    public void WriteTo(Stream stream)
    {
        var header = new MemoryStream();
        header.Write("GGUF"u8);
        WriteUInt32(header, 3);
        WriteUInt64(header, (ulong)_tensors.Count);
        WriteUInt64(header, (ulong)_metadata.Count);
        foreach (var (key, typeAndValue) in _metadata)
        {
            WriteText(header, key);
            header.Write(typeAndValue);
        }

        var offset = 0L;
        foreach (var (name, dimensions, type, bytes) in _tensors)
        {
            WriteText(header, name);
            WriteUInt32(header, (uint)dimensions.Length);
            foreach (var dimension in dimensions)
            {
                WriteUInt64(header, (ulong)dimension);
            }

            WriteUInt32(header, type.Id);
            WriteUInt64(header, (ulong)offset);
            offset += Padded(bytes.LongLength);
        }

        WritePadded(stream, header.ToArray());
        foreach (var tensor in _tensors)
        {
            WritePadded(stream, tensor.Bytes);
        }
    }

    private GgufWriter AddTensor(string name, TensorType type, byte[] bytes, long[] dimensions)
    {
        var elements = dimensions.Aggregate(1L, (product, dimension) => product * dimension);
        if (elements / type.BlockElements * type.BlockBytes != bytes.LongLength)
        {
            throw new ArgumentException($"Tensor {name} has {bytes.LongLength} bytes, which do not fill its dimensions.", nameof(dimensions));
        }

        _tensors.Add((name, dimensions, type, bytes));
        return this;
    }

    private GgufWriter AddArray<T>(string key, GgufValueType type, IReadOnlyList<T> values, Action<Stream, T> write) =>
        AddEntry(key, GgufValueType.Array, bytes =>
        {
            WriteUInt32(bytes, (uint)type);
            WriteUInt64(bytes, (ulong)values.Count);
            foreach (var value in values)
            {
                write(bytes, value);
            }
        });

    private GgufWriter AddEntry(string key, GgufValueType type, Action<Stream> write)
    {
        var bytes = new MemoryStream();
        WriteUInt32(bytes, (uint)type);
        write(bytes);
        _metadata.Add((key, bytes.ToArray()));
        return this;
    }

    private static void WriteText(Stream stream, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteUInt64(stream, (ulong)bytes.LongLength);
        stream.Write(bytes);
    }

    private static void WriteUInt32(Stream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void WriteUInt64(Stream stream, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void WritePadded(Stream stream, byte[] bytes)
    {
        stream.Write(bytes);
        stream.Write(new byte[Padded(bytes.LongLength) - bytes.LongLength]);
    }

    private static long Padded(long length) => (length + Alignment - 1) / Alignment * Alignment;
}
