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
        var result = (await ReadAsync(new HeaderBytes(version).ToArray())).ShouldBeOfType<GgufReadResult.UnsupportedVersion>();

        result.Version.ShouldBe(version);
        result.Message.ShouldContain(named);
    }

    public static TheoryData<string, byte[]> CorruptFiles() => new()
    {
        { "metadata entries", new HeaderBytes().Claiming(tensors: 0, entries: 1UL << 60).ToArray() },
        { "tensors", new HeaderBytes().Claiming(tensors: ulong.MaxValue, entries: 0).ToArray() },
        { "twice", new HeaderBytes().Entry("a", GgufValueType.UInt32, 1u).Entry("a", GgufValueType.UInt32, 2u).ToArray() },
        { "value type 13", new HeaderBytes().Entry("a", (GgufValueType)13).ToArray() },
        { "general.alignment is 24", new HeaderBytes().Entry("general.alignment", GgufValueType.UInt32, 24u).ToArray() },
        { "a text claims", new HeaderBytes().Entry("a", GgufValueType.Text, new HeaderBytes.Length(1UL << 62)).ToArray() },
        { "off its alignment", new HeaderBytes().Tensor("t", Q4_0, 8, 64).ToArray(64) },
        { "no multiple of Q4_0's block", new HeaderBytes().Tensor("t", Q4_0, 0, 33).ToArray(64) },
        { "more elements than can be", new HeaderBytes().Tensor("t", Q4_0, 0, ulong.MaxValue).ToArray(64) },
    };

    [Theory]
    [MemberData(nameof(CorruptFiles))]
    public async Task A_header_that_contradicts_itself_is_corrupt_and_says_why(string why, byte[] file)
    {
        var result = (await ReadAsync(file)).ShouldBeOfType<GgufReadResult.Corrupt>();

        result.Message.ShouldContain(why);
        result.Offset.ShouldBeInRange(8, file.Length);
    }

    private static byte[] Good(uint version) => new HeaderBytes(version)
        .Entry("general.architecture", GgufValueType.Text, "llama")
        .Entry("general.name", GgufValueType.Text, "Wörter")
        .Entry("general.file_type", GgufValueType.UInt32, 15u)
        .Tensor("token_embd.weight", Q4_0, 0, 64)
        .ToArray(36);

    private static Task<GgufReadResult> ReadAsync(byte[] file) =>
        GgufReader.ReadAsync(new MemoryStream(file), file.Length, TestContext.Current.CancellationToken);
}
