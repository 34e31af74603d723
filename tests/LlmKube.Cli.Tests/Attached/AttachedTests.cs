using LlmKube.Cli.Attached;
using LlmKube.Resources;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests.Attached;

/// <summary>What goes between a command line and the command in a pod that it is attached to.</summary>
public sealed class AttachedTests
{
    [Fact]
    public async Task A_greeting_says_how_the_terminal_is_and_what_is_served()
    {
        var inUse = new ModelsInUse(new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { ["00ff"] = ["ns/demo"] }, new Dictionary<string, string>(StringComparer.Ordinal) { ["demo"] = "00ff" });
        var frame = new Greeting { ErrorIsTerminal = true, Width = 93, Color = true, InUse = inUse }.ToFrame();

        var read = (await Greeting.ReadAsync(new MemoryStream(frame), TimeProvider.System, CancellationToken.None)).ShouldNotBeNull();

        (read.OutputIsTerminal, read.ErrorIsTerminal, read.Width, read.Color).ShouldBe((false, true, 93, true));
        read.InUse!.Services["00ff"].ShouldBe(["ns/demo"]);
        read.InUse.KeyOfModel["demo"].ShouldBe("00ff");
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 5, (byte)'{' })]
    [InlineData(new byte[] { 0, 0, 0, 2, (byte)'x', (byte)'y' })]
    [InlineData(new byte[] { 0x7f, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff })]
    public async Task What_is_no_greeting_starts_nothing(byte[] input) =>
        (await Greeting.ReadAsync(new MemoryStream(input), TimeProvider.System, CancellationToken.None)).ShouldBeNull();

    [Fact]
    public async Task An_input_in_frames_is_read_as_one()
    {
        var sent = new MemoryStream();
        foreach (var part in (byte[][])[[1, 2, 3], [4], [5, 6]])
        {
            sent.Write(FramedStream.FrameOf(part));
        }

        sent.Write(FramedStream.End.Span);
        sent.Write([9, 9, 9]);
        sent.Position = 0;
        var read = new MemoryStream();
        await new FramedStream(sent).CopyToAsync(read, 2, TestContext.Current.CancellationToken);

        read.ToArray().ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(9)]
    public async Task An_input_that_is_cut_off_is_never_taken_for_the_whole(int length)
    {
        var sent = new MemoryStream([.. FramedStream.FrameOf([1, 2, 3]), .. FramedStream.End.Span], 0, length);

        await Should.ThrowAsync<IOException>(() => new FramedStream(sent).CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_last_word_that_is_a_log_is_none()
    {
        StoreChange.Find("Error: the store is full.\n").ShouldBeNull();
        StoreChange.Find("""{"storedKey":"00ff","stored":{"sizeBytes":5,"files":["a.gguf"]}}""").ShouldNotBeNull().Stored!.Files.ShouldBe(["a.gguf"]);
    }
}
