using LlmKube.Models.Formats;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Formats;

/// <summary>What zstd compressed is read as it was, whatever pieces it comes in.</summary>
public sealed class ZstandardStreamTests
{
    public ZstandardStreamTests() => Assert.SkipUnless(Zstandard.IsAvailable, "this machine has no libzstd");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5_000_000)]
    public async Task Frames_are_read_to_their_end(int size)
    {
        var bytes = Bytes(size);
        byte[] frames = [.. ZstandardFrames.Compress(bytes), .. ZstandardFrames.Compress([7, 7, 7])];

        (await ReadAsync(frames, 1_000_000)).AsSpan().SequenceEqual((byte[])[.. bytes, 7, 7, 7]).ShouldBeTrue();
        (await ReadAsync(frames, 4_097)).Length.ShouldBe(size + 3);
    }

    [Fact]
    public async Task What_is_cut_off_or_damaged_or_none_is_said()
    {
        var frame = ZstandardFrames.Compress(Bytes(100_000));

        await Should.ThrowAsync<EndOfStreamException>(ReadAsync(frame[..^5], 1000));
        frame[frame.Length / 2] ^= 0xff;
        await Should.ThrowAsync<InvalidDataException>(ReadAsync(frame, 1000));
        await Should.ThrowAsync<InvalidDataException>(ReadAsync("this is text"u8.ToArray(), 1000));
    }

    private static async Task<byte[]> ReadAsync(byte[] compressed, int piece)
    {
        await using var stream = new ZstandardStream(new MemoryStream(compressed));
        using var kept = new MemoryStream();
        await stream.CopyToAsync(kept, piece, CancellationToken.None);
        return kept.ToArray();
    }

    private static byte[] Bytes(int size)
    {
        // Half of it compresses, half does not.
        var bytes = new byte[size];
        new Random(1).NextBytes(bytes.AsSpan(size / 2));
        return bytes;
    }
}
