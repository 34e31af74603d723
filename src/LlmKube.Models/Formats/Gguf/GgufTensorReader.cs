using System.Globalization;

namespace LlmKube.Models.Formats.Gguf;

/// <summary>Reads the tensor descriptions of a header and checks each for sizes that cannot be.</summary>
internal static class GgufTensorReader
{
    public static async Task<List<GgufTensor>> ReadAsync(GgufCursor cursor, int wide, long count)
    {
        var tensors = new List<GgufTensor>();
        for (var i = 0L; i < count && !cursor.Failed; i++)
        {
            var tensor = await TensorAsync(cursor, wide);
            if (tensor is not null)
            {
                tensors.Add(tensor);
            }
        }

        return tensors;
    }

    private static async Task<GgufTensor?> TensorAsync(GgufCursor cursor, int wide)
    {
        var nameLength = await cursor.NumberAsync(wide);
        if (nameLength > GgufLimits.TensorNameBytes)
        {
            cursor.FailCorrupt($"a tensor's name claims {nameLength.ToString(CultureInfo.InvariantCulture)} bytes");
            return null;
        }

        var name = await cursor.TextAsync((int)nameLength);
        var rank = (uint)await cursor.NumberAsync(4);
        if (rank > GgufLimits.Dimensions)
        {
            cursor.FailCorrupt($"tensor \"{name}\" claims {rank.ToString(CultureInfo.InvariantCulture)} dimensions");
            return null;
        }

        var dimensions = new long[rank];
        for (var i = 0; i < dimensions.Length; i++)
        {
            // A number beyond long turns negative here, which Sized refuses.
            dimensions[i] = unchecked((long)await cursor.NumberAsync(wide));
        }

        var type = (uint)await cursor.NumberAsync(4);
        var offset = unchecked((long)await cursor.NumberAsync(8));
        return cursor.Failed ? null : Sized(cursor, name, dimensions, type, offset);
    }

    private static GgufTensor? Sized(GgufCursor cursor, string name, long[] dimensions, uint typeId, long offset)
    {
        var elements = (UInt128)1;
        foreach (var dimension in dimensions)
        {
            elements = dimension < 0 ? UInt128.MaxValue : elements * (UInt128)dimension;
            if (elements > long.MaxValue)
            {
                cursor.FailCorrupt($"tensor \"{name}\" claims more elements than can be");
                return null;
            }
        }

        if (offset < 0)
        {
            cursor.FailCorrupt($"tensor \"{name}\" starts beyond any file");
            return null;
        }

        if (TensorType.Find(typeId) is not { } type)
        {
            return new GgufTensor(name, dimensions, typeId, offset, (long)elements, Bytes: null);
        }

        if (dimensions.Length > 0 && dimensions[0] % type.BlockElements != 0)
        {
            cursor.FailCorrupt($"tensor \"{name}\" has rows of {dimensions[0].ToString(CultureInfo.InvariantCulture)} elements, which is no multiple of {type.Name}'s block");
            return null;
        }

        var bytes = elements / (UInt128)type.BlockElements * (UInt128)type.BlockBytes;
        if (bytes > long.MaxValue)
        {
            cursor.FailCorrupt($"tensor \"{name}\" claims more bytes than can be");
            return null;
        }

        return new GgufTensor(name, dimensions, typeId, offset, (long)elements, (long)bytes);
    }
}
