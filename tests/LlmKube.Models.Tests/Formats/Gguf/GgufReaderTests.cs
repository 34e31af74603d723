using LlmKube.Models.Formats.Gguf;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Formats.Gguf;

public sealed class GgufReaderTests
{
    private const uint Q4_0 = 2;

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    public async Task Every_version_says_the_same(uint version)
    {
        var summary = GgufSummary.Of((await ReadAsync(Good(version))).ShouldBeOfType<GgufReadResult.Read>().Header);

        summary.Version.ShouldBe(version);
        summary.Architecture.ShouldBe("llama");
        summary.Name.ShouldBe("Wörter");
        summary.Quantization.ShouldBe("Q4_K_M");
        summary.TensorCount.ShouldBe(1);
        summary.Parameters.ShouldBe(64);
        summary.TensorBytes.ShouldBe(36);
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(3u)]
    public async Task Wherever_a_file_is_cut_it_says_how_much_is_missing(uint version)
    {
        var whole = Good(version);
        for (var length = 8; length < whole.Length; length++)
        {
            var cut = (await ReadAsync(whole[..length])).ShouldBeOfType<GgufReadResult.Truncated>();
            cut.Actual.ShouldBe(length);
            cut.Expected.ShouldBeInRange(length + 1, whole.Length);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("GGUF")]
    [InlineData("PK\u0003\u0004 a zip file")]
    public async Task Another_kind_of_file_is_no_gguf_file(string text) =>
        (await ReadAsync(System.Text.Encoding.ASCII.GetBytes(text))).ShouldBeOfType<GgufReadResult.NotGguf>();

    [Theory]
    [InlineData(0u, "version 0")]
    [InlineData(4u, "version 4")]
    [InlineData(0x03000000u, "big-endian")]
    public async Task Another_version_is_refused_by_name(uint version, string named)
    {
        var result = (await ReadAsync(new HandWrittenGguf(version, tensors: 0, entries: 0).WithData(0))).ShouldBeOfType<GgufReadResult.UnsupportedVersion>();

        result.Version.ShouldBe(version);
        result.Message.ShouldContain(named);
    }

    public static TheoryData<string, byte[]> CorruptFiles() => new()
    {
        { "metadata entries", new HandWrittenGguf(3, tensors: 0, entries: 1UL << 60).WithData(0) },
        { "tensors", new HandWrittenGguf(3, tensors: ulong.MaxValue, entries: 0).WithData(0) },
        { "twice", new HandWrittenGguf(3, tensors: 0, entries: 2).Entry("a", 1).Entry("a", 2).WithData(0) },
        { "value type 13", new HandWrittenGguf(3, tensors: 0, entries: 1).Text("a").Number(13, 4).WithData(0) },
        { "general.alignment is 24", new HandWrittenGguf(3, tensors: 0, entries: 1).Entry("general.alignment", 24).WithData(0) },
        { "a text claims", new HandWrittenGguf(3, tensors: 0, entries: 1).Text("a").Number(8, 4).Number(1UL << 62, 8).WithData(0) },
        { "off its alignment", new HandWrittenGguf(3, tensors: 1, entries: 0).Tensor("t", 64, Q4_0, offset: 8).WithData(64) },
        { "no multiple of Q4_0's block", new HandWrittenGguf(3, tensors: 1, entries: 0).Tensor("t", 33, Q4_0, offset: 0).WithData(64) },
        { "more elements than can be", new HandWrittenGguf(3, tensors: 1, entries: 0).Tensor("t", ulong.MaxValue, Q4_0, offset: 0).WithData(64) },
    };

    [Theory]
    [MemberData(nameof(CorruptFiles))]
    public async Task A_header_that_contradicts_itself_is_corrupt_and_says_why(string why, byte[] file)
    {
        var result = (await ReadAsync(file)).ShouldBeOfType<GgufReadResult.Corrupt>();

        result.Message.ShouldContain(why);
        result.Offset.ShouldBeInRange(8, file.Length);
    }

    private static byte[] Good(uint version) => new HandWrittenGguf(version, tensors: 1, entries: 3)
        .Entry("general.architecture", "llama")
        .Entry("general.name", "Wörter")
        .Entry("general.file_type", 15)
        .Tensor("token_embd.weight", 64, Q4_0, offset: 0)
        .WithData(36);

    private static Task<GgufReadResult> ReadAsync(byte[] file) =>
        GgufReader.ReadAsync(new MemoryStream(file), file.Length, TestContext.Current.CancellationToken);
}
