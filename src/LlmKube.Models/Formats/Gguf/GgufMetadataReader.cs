using System.Globalization;

namespace LlmKube.Models.Formats.Gguf;

/// <summary>Reads the metadata entries of a header, keeping what is small and counting what is large.</summary>
internal sealed class GgufMetadataReader(GgufCursor cursor, int wide)
{
    private int _kept;

    public async Task<Dictionary<string, GgufValue>> ReadAsync(long count)
    {
        var metadata = new Dictionary<string, GgufValue>(StringComparer.Ordinal);
        for (var i = 0L; i < count && !cursor.Failed; i++)
        {
            var key = await KeyAsync();
            var type = await TypeAsync();
            var value = await ValueAsync(type, depth: 0);
            if (!cursor.Failed && !metadata.TryAdd(key, value))
            {
                cursor.FailCorrupt($"the metadata key \"{key}\" stands there twice");
            }
        }

        return metadata;
    }

    private async ValueTask<string> KeyAsync()
    {
        var length = await cursor.NumberAsync(wide);
        if (length > GgufLimits.KeyBytes)
        {
            cursor.FailCorrupt($"a metadata key claims {length.ToString(CultureInfo.InvariantCulture)} bytes");
            return "";
        }

        if (!Keep((int)length + 64))
        {
            cursor.FailCorrupt($"its metadata is larger than {GgufLimits.KeptBytes.ToString(CultureInfo.InvariantCulture)} bytes");
            return "";
        }

        return await cursor.TextAsync((int)length);
    }

    private async ValueTask<GgufValueType> TypeAsync()
    {
        var number = (uint)await cursor.NumberAsync(4);
        if (GgufValueTypes.IsKnown(number))
        {
            return (GgufValueType)number;
        }

        cursor.FailCorrupt($"the value type {number.ToString(CultureInfo.InvariantCulture)} does not exist");
        return GgufValueType.UInt8;
    }

    private async ValueTask<GgufValue> ValueAsync(GgufValueType type, int depth) => type switch
    {
        GgufValueType.Text => await TextAsync(),
        GgufValueType.Array => await ArrayAsync(depth),
        _ => Number(type, await cursor.NumberAsync(GgufValueTypes.FixedSize(type))),
    };

    private static GgufValue Number(GgufValueType type, ulong bits) => type switch
    {
        GgufValueType.Int8 => new GgufValue.Signed((sbyte)bits),
        GgufValueType.Int16 => new GgufValue.Signed((short)bits),
        GgufValueType.Int32 => new GgufValue.Signed((int)bits),
        GgufValueType.Int64 => new GgufValue.Signed((long)bits),
        GgufValueType.Float32 => new GgufValue.Float(BitConverter.UInt32BitsToSingle((uint)bits)),
        GgufValueType.Float64 => new GgufValue.Float(BitConverter.UInt64BitsToDouble(bits)),
        GgufValueType.Bool => new GgufValue.Bool(bits != 0),
        _ => new GgufValue.Unsigned(bits),
    };

    private async ValueTask<GgufValue> TextAsync()
    {
        var length = await TextLengthAsync();
        if (length > GgufLimits.KeptTextBytes || !Keep(length))
        {
            await cursor.SkipAsync(length);
            return new GgufValue.LongText(length);
        }

        return new GgufValue.Text(await cursor.TextAsync(length));
    }

    private async ValueTask<int> TextLengthAsync()
    {
        var length = await cursor.NumberAsync(wide);
        if (length <= GgufLimits.TextBytes)
        {
            return (int)length;
        }

        cursor.FailCorrupt($"a text claims {length.ToString(CultureInfo.InvariantCulture)} bytes; the limit is {GgufLimits.TextBytes.ToString(CultureInfo.InvariantCulture)}");
        return 0;
    }

    private async ValueTask<GgufValue> ArrayAsync(int depth)
    {
        var type = await TypeAsync();
        var claimed = await cursor.NumberAsync(wide);
        if (claimed > GgufLimits.ArrayElements || depth >= GgufLimits.ArrayDepth)
        {
            cursor.FailCorrupt(depth >= GgufLimits.ArrayDepth
                ? "arrays are nested too deep"
                : $"an array claims {claimed.ToString(CultureInfo.InvariantCulture)} elements; the limit is {GgufLimits.ArrayElements.ToString(CultureInfo.InvariantCulture)}");
        }

        var count = cursor.Failed ? 0 : (long)claimed;
        var size = GgufValueTypes.FixedSize(type);
        if (size == 0)
        {
            await SkipElementsAsync(type, count, depth);
            return new GgufValue.List(type, count, []);
        }

        if (count > GgufLimits.KeptItems || count * size > cursor.Remaining || !Keep((int)count * 32))
        {
            await cursor.SkipAsync(count * size);
            return new GgufValue.List(type, count, []);
        }

        var items = new List<GgufValue>();
        for (var i = 0L; i < count && !cursor.Failed; i++)
        {
            items.Add(Number(type, await cursor.NumberAsync(size)));
        }

        return new GgufValue.List(type, count, items);
    }

    private async ValueTask SkipElementsAsync(GgufValueType type, long count, int depth)
    {
        for (var i = 0L; i < count && !cursor.Failed; i++)
        {
            if (type == GgufValueType.Array)
            {
                await ArrayAsync(depth + 1);
            }
            else
            {
                await cursor.SkipAsync(await TextLengthAsync());
            }
        }
    }

    private bool Keep(int bytes)
    {
        if (_kept + bytes > GgufLimits.KeptBytes)
        {
            return false;
        }

        _kept += bytes;
        return true;
    }
}
