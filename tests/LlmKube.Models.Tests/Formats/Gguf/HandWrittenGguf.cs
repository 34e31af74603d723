using System.Text;

namespace LlmKube.Models.Tests.Formats.Gguf;

/// <summary>A GGUF file put together field by field, of any version and with any mistake; it shares no code with the product's writer.</summary>
internal sealed class HandWrittenGguf
{
    private readonly List<byte> _bytes = [];
    private readonly int _wide;

    public HandWrittenGguf(uint version, ulong tensors, ulong entries)
    {
        _wide = version == 1 ? 4 : 8;
        Number(0x46554747, 4).Number(version, 4).Number(tensors, _wide).Number(entries, _wide);
    }

    public HandWrittenGguf Number(ulong value, int width)
    {
        for (var i = 0; i < width; i++)
        {
            _bytes.Add((byte)((value >> (8 * i)) & 0xff));
        }

        return this;
    }

    public HandWrittenGguf Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Number((ulong)bytes.Length, _wide);
        _bytes.AddRange(bytes);
        return this;
    }

    public HandWrittenGguf Entry(string key, string value) => Text(key).Number(8, 4).Text(value);

    public HandWrittenGguf Entry(string key, uint value) => Text(key).Number(4, 4).Number(value, 4);

    public HandWrittenGguf Tensor(string name, ulong elements, uint type, ulong offset) =>
        Text(name).Number(1, 4).Number(elements, _wide).Number(type, 4).Number(offset, 8);

    /// <summary>The file, with this many bytes of weights behind the aligned end of its header.</summary>
    public byte[] WithData(int bytes)
    {
        var start = (_bytes.Count + 31) / 32 * 32;
        return [.. _bytes, .. new byte[start - _bytes.Count + bytes]];
    }
}
