using LlmKube.Models.Formats.Gguf;
using LlmKube.Models.TinyModels;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.TinyModels;

public sealed class TinyModelTests
{
    [Fact]
    public void One_seed_gives_one_file_and_another_seed_another()
    {
        Bytes(1).ShouldBe(Bytes(1));
        Bytes(1).ShouldNotBe(Bytes(2));
    }

    [Fact]
    public async Task Its_header_reads_back()
    {
        var bytes = Bytes(1);

        var summary = GgufSummary.Of((await GgufReader.ReadAsync(new MemoryStream(bytes), bytes.Length, TestContext.Current.CancellationToken)).ShouldBeOfType<GgufReadResult.Read>().Header);

        summary.Architecture.ShouldBe("llama");
        summary.LayerCount.ShouldBe(2);
        summary.HasChatTemplate.ShouldBeTrue();
        summary.License.ShouldBe("apache-2.0");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(20_000)]
    [InlineData(500_000)]
    [InlineData(-1)]
    public async Task A_file_that_was_cut_is_noticed(int length)
    {
        var bytes = Bytes(1);
        var cut = bytes[..(length < 0 ? bytes.Length + length : length)];

        (await GgufReader.ReadAsync(new MemoryStream(cut), cut.Length, TestContext.Current.CancellationToken)).ShouldBeAssignableTo<GgufReadResult.Failed>();
    }

    [Fact]
    public async Task Whatever_happens_to_a_header_it_is_read_or_refused()
    {
        var original = Bytes(1)[..30_000];
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = (byte[])original.Clone();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                bytes[random.Next(random.Next(2) == 0 ? 64 : bytes.Length)] = (byte)random.Next(256);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            (await GgufReader.ReadAsync(new MemoryStream(bytes), bytes.Length, TestContext.Current.CancellationToken)).ShouldNotBeNull();
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(16 * 1024 * 1024);
        }
    }

    private static byte[] Bytes(ulong seed)
    {
        using var stream = new MemoryStream();
        TinyModel.Write(stream, new TinyModelOptions { Seed = seed });
        return stream.ToArray();
    }
}
