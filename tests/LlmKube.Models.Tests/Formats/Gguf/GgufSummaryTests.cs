using LlmKube.Models.Formats.Gguf;
using Shouldly;
using Xunit;
using static LlmKube.Models.Tests.Formats.Gguf.HeaderBytes;

namespace LlmKube.Models.Tests.Formats.Gguf;

public sealed class GgufSummaryTests
{
    [Fact]
    public async Task Layers_with_different_heads_are_summed_up()
    {
        var summary = await SummaryAsync(new HeaderBytes()
            .Entry("general.architecture", GgufValueType.Text, "mix").Entry("mix.block_count", GgufValueType.UInt32, 3u)
            .Entry("mix.embedding_length", GgufValueType.UInt32, 64u).Entry("mix.attention.head_count", GgufValueType.UInt32, 8u)
            .Entry("mix.attention.head_count_kv", GgufValueType.Array, (uint)GgufValueType.Int32, new Length(3), 4, 0, 2));

        summary.KeyValueHeadsInAll.ShouldBe(6);
        summary.KeyValueHeadCount.ShouldBe(4);
        summary.KeyLength.ShouldBe(8);
    }

    [Fact]
    public async Task A_part_of_a_split_model_says_which_it_is()
    {
        var summary = await SummaryAsync(new HeaderBytes().Entry("split.no", GgufValueType.UInt16, (ushort)1).Entry("split.count", GgufValueType.UInt16, (ushort)3));

        summary.SplitNumber.ShouldBe(1);
        summary.SplitCount.ShouldBe(3);
    }

    [Fact]
    public async Task A_file_that_does_not_name_its_quantization_is_named_after_most_of_its_tensors() =>
        (await SummaryAsync(new HeaderBytes().Tensor("a", 0, 0, 8).Tensor("b", 8, 32, 64), data: 100)).Quantization.ShouldBe("Q8_0");

    [Theory]
    [InlineData(15u, "Q4_K_M")]
    [InlineData(21u, "Q2_K_S")]
    [InlineData(22u, "IQ3_XS")]
    [InlineData(25u, "IQ4_NL")]
    [InlineData(30u, "IQ4_XS")]
    [InlineData(32u, "BF16")]
    [InlineData(1024u + 7u, "Q8_0")]
    [InlineData(999u, "Unknown")]
    public async Task The_file_type_has_the_name_that_the_engine_gives_it(uint number, string name) =>
        (await SummaryAsync(new HeaderBytes().Entry("general.file_type", GgufValueType.UInt32, number))).Quantization.ShouldBe(name);

    [Theory]
    [InlineData("Apache License 2.0", "apache-2.0")]
    [InlineData("MIT", "mit")]
    [InlineData("llama3.1", "llama-3.1-community")]
    [InlineData("Llama 3.3 Community License", "llama-3.3-community")]
    [InlineData("gemma", "gemma")]
    [InlineData("CC-BY-NC-4.0", "cc-by-nc-4.0")]
    [InlineData("limited use, permit required", "limited use, permit required")]
    [InlineData("  ", null)]
    public void A_license_is_known_by_its_id(string text, string? id) => LicenseIds.Normalise(text).ShouldBe(id);

    [Fact]
    public async Task Numbers_that_would_overflow_stay_at_the_largest_that_fits()
    {
        var summary = await SummaryAsync(new HeaderBytes()
            .Entry("general.architecture", GgufValueType.Text, "x").Entry("x.block_count", GgufValueType.UInt64, (ulong)long.MaxValue)
            .Entry("x.attention.head_count", GgufValueType.UInt64, ulong.MaxValue).Entry("x.context_length", GgufValueType.UInt64, ulong.MaxValue));

        summary.KeyValueHeadsInAll.ShouldBe(long.MaxValue);
        summary.ContextLength.ShouldBeNull();
    }

    private static async Task<GgufSummary> SummaryAsync(HeaderBytes bytes, int data = 0) =>
        GgufSummary.Of((await bytes.ReadAsync(data)).ShouldBeOfType<GgufReadResult.Read>().Header);
}
