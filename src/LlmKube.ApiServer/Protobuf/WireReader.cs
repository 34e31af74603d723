namespace LlmKube.ApiServer.Protobuf;

/// <summary>Reads protobuf's wire format from bytes that nobody has vouched for: every length is checked before it is believed.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private const int VarintType = 0;
    private const int Fixed64Type = 1;
    private const int BytesType = 2;
    private const int Fixed32Type = 5;

    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>The value of the field that was read last.</summary>
    public WireValue Value { get; private set; }

    /// <summary>Reads the next field and answers its number.</summary>
    public int ReadField()
    {
        var tag = ReadVarint();
        var number = (int)(tag >> 3);
        if (number <= 0)
        {
            throw new FormatException("a field has no number");
        }

        var type = (int)(tag & 7);
        Value = type switch
        {
            VarintType => new WireValue(ReadVarint(), default),
            Fixed64Type => new WireValue(BitConverter.ToUInt64(Take(8)), default),
            Fixed32Type => new WireValue(BitConverter.ToUInt32(Take(4)), default),
            BytesType => new WireValue(0, Take(ReadVarint())),
            _ => throw new FormatException("a field is of a wire type that is not in use"),
        };
        return number;
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
        {
            throw new FormatException("a field is longer than what holds it");
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("a number has more bytes than a number can have");
    }
}

/// <summary>The value of a field: a number or bytes, as its wire type says.</summary>
internal readonly ref struct WireValue(ulong number, ReadOnlySpan<byte> bytes)
{
    public ulong Number { get; } = number;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
