using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace LlmKube.Models.Formats.Safetensors;

/// <summary>
/// Reads the header of a safetensors file (github.com/huggingface/safetensors, "Format"): eight bytes of length, then JSON. Nothing is
/// allocated for a length before it is held against the file's size and the limit that the Hub has.
/// </summary>
public static class SafetensorsReader
{
    /// <summary>The Hub refuses longer headers.</summary>
    public const int MostHeaderBytes = 25_000_000;

    private const int LengthBytes = 8;
    private const int MostDimensions = 32;

    /// <summary>Reads from the stream's current place; <paramref name="fileSize"/> is the size of the whole file in bytes.</summary>
    public static async Task<SafetensorsReadResult> ReadAsync(Stream stream, long fileSize, CancellationToken cancellationToken)
    {
        var prefix = new byte[LengthBytes];
        if (fileSize < LengthBytes || await stream.ReadAtLeastAsync(prefix, LengthBytes, throwOnEndOfStream: false, cancellationToken) < LengthBytes)
        {
            return Failed("The file is shorter than the eight bytes that a safetensors file begins with.");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length is < 2 or > MostHeaderBytes || length > (ulong)(fileSize - LengthBytes))
        {
            return Failed(string.Create(CultureInfo.InvariantCulture, $"The file is no safetensors file: it claims a header of {length} bytes, and has {fileSize} in all."));
        }

        var header = new byte[length];
        return await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken) < header.Length
            ? Failed("The file ends within its header: it is cut off.")
            : Parse(header, fileSize - LengthBytes - (long)length);
    }

    /// <summary>Reads a header that is in memory; <paramref name="dataSize"/> bytes follow it.</summary>
    public static SafetensorsReadResult Parse(ReadOnlyMemory<byte> header, long dataSize)
    {
        // The parser takes what is no text until it is asked for it.
        if (!Utf8.IsValid(header.Span))
        {
            return Failed("The file is no safetensors file: its header is no text in UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return Failed("The file is no safetensors file: its header is no JSON object.");
            }

            return Check(document.RootElement, dataSize);
        }
        catch (JsonException)
        {
            return Failed("The file is no safetensors file: its header is no JSON.");
        }
    }

    private static SafetensorsReadResult Check(JsonElement root, long dataSize)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var tensors = new List<SafetensorsTensor>();
        foreach (var property in root.EnumerateObject())
        {
            if (property.NameEquals("__metadata__"))
            {
                Collect(property.Value, metadata);
            }
            else if (Tensor(property.Name, property.Value) is { } tensor)
            {
                tensors.Add(tensor);
            }
            else
            {
                return Failed($"The header says nothing sensible of the tensor '{Shorten(property.Name)}'.");
            }
        }

        tensors.Sort((one, other) => one.Start != other.Start ? one.Start.CompareTo(other.Start) : one.End.CompareTo(other.End));
        var position = 0L;
        foreach (var tensor in tensors)
        {
            if (tensor.Start != position)
            {
                return Failed($"The tensor '{Shorten(tensor.Name)}' {(tensor.Start < position ? "lies over another" : "leaves a gap before it")}: the file is damaged.");
            }

            position = tensor.End;
        }

        return position == dataSize
            ? new SafetensorsReadResult.Read(new SafetensorsHeader(tensors, metadata))
            : Failed(string.Create(CultureInfo.InvariantCulture, $"The header tells of {position} bytes of tensors, and {dataSize} follow it: the file is {(dataSize < position ? "cut off" : "damaged")}."));
    }

    private static void Collect(JsonElement element, Dictionary<string, string> metadata)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var entry in element.EnumerateObject().Where(entry => entry.Value.ValueKind == JsonValueKind.String))
            {
                metadata[entry.Name] = entry.Value.GetString()!;
            }
        }
    }

    /// <summary>Null where it is not <c>{dtype, shape, data_offsets}</c>, or where its sizes do not fit each other.</summary>
    private static SafetensorsTensor? Tensor(string name, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("dtype", out var type) || type.ValueKind != JsonValueKind.String
            || !element.TryGetProperty("shape", out var shape) || Numbers(shape) is not { Count: <= MostDimensions } sizes
            || !element.TryGetProperty("data_offsets", out var offsets) || Numbers(offsets) is not [var start, var end] || end < start)
        {
            return null;
        }

        // Types are added to the format now and then: of those that are not known the size is taken as it is said.
        return Product(sizes) is { } count && (BitsOf(type.GetString()!) is not { } bits || (Int128)count * bits == (Int128)(end - start) * 8)
            ? new SafetensorsTensor(name, type.GetString()!, sizes, start, end)
            : null;
    }

    private static List<long>? Numbers(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var numbers = new List<long>();
        foreach (var item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var number) || number < 0)
            {
                return null;
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static long? Product(IEnumerable<long> sizes)
    {
        Int128 product = 1;
        foreach (var size in sizes)
        {
            product *= size;
            if (product > long.MaxValue)
            {
                return null;
            }
        }

        return (long)product;
    }

    private static int? BitsOf(string type) => type switch
    {
        "F64" or "I64" or "U64" => 64,
        "F32" or "I32" or "U32" => 32,
        "F16" or "BF16" or "I16" or "U16" => 16,
        "I8" or "U8" or "BOOL" or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" => 8,
        "F4" => 4,
        _ => null,
    };

    private static string Shorten(string name) => name.Length <= 80 ? name : name[..80] + "…";

    private static SafetensorsReadResult.Failed Failed(string message) => new(message);
}
