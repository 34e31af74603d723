using LlmKube.Models.Formats.Gguf;
using LlmKube.Models.Memory;
using LlmKube.Models.TinyModels;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Memory;

/// <summary>What llama-server itself printed that it reserves for the tiny model with three slots.</summary>
public sealed class ContextSlotsTests
{
    [Theory]
    [InlineData(4096, null, 2_359_296)]
    [InlineData(1000, "q8_0", 417_792)]
    [InlineData(null, null, 6_291_456)]
    public async Task Each_slot_gets_its_share_in_whole_blocks(int? context, string? type, long bytes)
    {
        var file = new MemoryStream();
        TinyModel.Write(file, new TinyModelOptions());
        file.Position = 0;
        var header = (await GgufReader.ReadAsync(file, file.Length, TestContext.Current.CancellationToken)).ShouldBeOfType<GgufReadResult.Read>().Header;

        MemoryEstimate.Of(GgufSummary.Of(header), context, type, type, parallelSlots: 3).KeyValueBytes.ShouldBe(bytes);
    }
}
