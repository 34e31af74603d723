using System.Buffers.Binary;
using System.Numerics;

namespace LlmKube.Models.Transfer;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4), carried from one piece of the bytes to the next.</summary>
internal static class Crc32C
{
    public const uint Start = uint.MaxValue;

    public static uint Add(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var one in bytes)
        {
            state = BitOperations.Crc32C(state, one);
        }

        return state;
    }

    public static uint Finish(uint state) => ~state;
}
