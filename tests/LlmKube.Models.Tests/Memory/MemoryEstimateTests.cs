using LlmKube.Models.Formats.Gguf;
using LlmKube.Models.Memory;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Memory;

/// <summary>The arithmetic on the shape of a common model: 32 layers, 32 heads of 128, 8 of them for keys and values.</summary>
public sealed class MemoryEstimateTests
{
    private const long GiB = 1024L * 1024 * 1024;

    [Fact]
    public void The_sum_is_shown_by_part() =>
        Estimate(8192).ToString().ShouldBe("4.0 GiB weights + 1.0 GiB context + 512.0 MiB overhead = 5.5 GiB");

    [Fact]
    public void The_heads_of_keys_and_values_count_and_not_those_of_queries()
    {
        Estimate(8192).KeyValueBytes.ShouldBe(GiB);
        Estimate(8192, model: Model() with { KeyValueHeadCount = null }).KeyValueBytes.ShouldBe(4 * GiB);
    }

    [Fact]
    public void Layers_that_differ_are_summed() =>
        Estimate(8192, model: Model() with { KeyValueHeadsInAll = 128 }).KeyValueBytes.ShouldBe(GiB / 2);

    [Theory]
    [InlineData("f32", "f32", 2.0)]
    [InlineData("f16", "q8_0", 0.765625)]
    [InlineData("q8_0", "q8_0", 0.53125)]
    [InlineData("q4_0", "f16", 0.640625)]
    public void Keys_and_values_each_have_their_type(string keys, string values, double expected) =>
        Estimate(8192, keys, values).KeyValueBytes.ShouldBe((long)(expected * GiB));

    [Fact]
    public void Without_a_declared_context_the_model_decides()
    {
        Estimate(null).KeyValueBytes.ShouldBe(16 * GiB);
        Estimate(null, model: Model() with { ContextLength = null }).KeyValueBytes.ShouldBe(GiB / 2);
    }

    [Theory]
    [InlineData(8192L, 4, 8192L)]
    [InlineData(null, 2, 2 * 131_072L)]
    [InlineData(0L, 1, 131_072L)]
    [InlineData(1000L, 1, 1024L)]
    [InlineData(1000L, 3, 3 * 512L)]
    public void Slots_share_a_declared_context_in_whole_blocks_and_have_a_trained_one_each(long? declared, int slots, long cells)
    {
        const long BytesPerCell = 32 * 8 * (128 + 128) * 2;

        MemoryEstimate.Of(Model(), declared, "f16", "f16", slots).KeyValueBytes.ShouldBe(cells * BytesPerCell);
    }

    [Fact]
    public void A_header_with_absurd_numbers_gives_a_large_sum_and_no_negative_one()
    {
        var absurd = Model() with { KeyValueHeadsInAll = long.MaxValue, KeyLength = long.MaxValue };

        Estimate(long.MaxValue, model: absurd).TotalBytes.ShouldBeGreaterThan(long.MaxValue / 8);
    }

    private static MemoryEstimate Estimate(long? context, string? keys = null, string? values = null, GgufSummary? model = null) =>
        MemoryEstimate.Of(model ?? Model(), context, keys, values);

    private static GgufSummary Model() => new()
    {
        Architecture = "llama",
        Quantization = "Q4_K_M",
        ContextLength = 131_072,
        EmbeddingLength = 4096,
        LayerCount = 32,
        HeadCount = 32,
        KeyValueHeadCount = 8,
        HasChatTemplate = true,
        Version = 3,
        TensorCount = 291,
        TensorBytes = 4 * GiB,
        Parameters = 8_000_000_000,
        FileSize = 4 * GiB,
        SplitCount = 1,
        SplitNumber = 0,
    };
}
