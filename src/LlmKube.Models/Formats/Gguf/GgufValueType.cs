namespace LlmKube.Models.Formats.Gguf;

/// <summary>The types a GGUF metadata value may have, with the numbers that stand in the file.</summary>
public enum GgufValueType
{
    UInt8 = 0,
    Int8 = 1,
    UInt16 = 2,
    Int16 = 3,
    UInt32 = 4,
    Int32 = 5,
    Float32 = 6,
    Bool = 7,
    Text = 8,
    Array = 9,
    UInt64 = 10,
    Int64 = 11,
    Float64 = 12,
}

/// <summary>What the numbers of <see cref="GgufValueType"/> mean in bytes.</summary>
internal static class GgufValueTypes
{
    /// <summary>The bytes one value takes, or 0 for a type whose values say their own length.</summary>
    public static int FixedSize(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => 0,
    };

    public static bool IsKnown(uint number) => number <= (uint)GgufValueType.Float64;
}
