using LlmKube.Models.Backends;
using LlmKube.Models.Transfer;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Transfer;

public sealed class TransferResumeTests : IDisposable
{
    private const int Part = EngineUnderTest.Part;
    private const int Parts = 10;

    private readonly EngineUnderTest _engine = new();

    private ScriptedPlace Place => _engine.Place;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_second_attempt_reads_only_what_the_first_did_not()
    {
        var bytes = Place.Add("model.gguf", Parts * Part);
        await StopAsync();
        var before = Place.Served;
        before.ShouldBeGreaterThanOrEqualTo(6 * Part);

        var done = await _engine.SucceedAsync();

        Place.Served.ShouldBe(Parts * Part);
        done.BytesMoved.ShouldBe((Parts * Part) - before);
        (await File.ReadAllBytesAsync(done.Files[0].LocalPath, TestContext.Current.CancellationToken)).ShouldBe(bytes);
    }

    [Fact]
    public async Task Small_files_that_are_complete_are_not_read_again()
    {
        for (var i = 0; i < 20; i++)
        {
            Place.Add($"f{i:00}.json", 1000);
        }

        Place.Script = request => request.Path == "f15.json" ? new ScriptedPlace.Fault { Failure = new ModelFailure(FailureKind.Forbidden, "no") } : null;
        await _engine.FailAsync();
        var before = Place.Served;
        before.ShouldBeGreaterThan(0);
        Place.Script = _ => null;

        var done = await _engine.SucceedAsync();

        (before + done.BytesMoved).ShouldBeLessThanOrEqualTo(20_000 + (8 * 1000));
        done.Files.Count.ShouldBe(20);
    }

    [Fact]
    public async Task A_byte_that_the_disk_lost_costs_its_range_alone()
    {
        var bytes = Place.Add("model.gguf", Parts * Part);
        await StopAsync();
        Flip(_engine.DataFile(), FirstJournaledOffset() + 17);
        var before = Place.Served;

        var done = await _engine.SucceedAsync();

        (Place.Served - before).ShouldBeLessThanOrEqualTo((Parts * Part) - before + Part);
        (await File.ReadAllBytesAsync(done.Files[0].LocalPath, TestContext.Current.CancellationToken)).ShouldBe(bytes);
    }

    [Fact]
    public async Task A_small_file_that_the_disk_lost_is_read_again()
    {
        var bytes = Place.Add("a.json", 1000);
        Place.Add("b.json", 1000);
        Place.Script = request => request.Path == "b.json" ? new ScriptedPlace.Fault { Failure = new ModelFailure(FailureKind.Forbidden, "no"), } : null;
        using var one = new EngineUnderTest { Options = new TransferOptions { MaxConnections = 1 } };
        await new TransferEngine(one.Options, TimeProvider.System).RunAsync(Place, _engine.Folder, null, null, TestContext.Current.CancellationToken);
        Flip(_engine.DataFile(), 5);
        Place.Script = _ => null;

        var done = await _engine.SucceedAsync();

        (await File.ReadAllBytesAsync(done.Files[0].LocalPath, TestContext.Current.CancellationToken)).ShouldBe(bytes);
    }

    [Theory]
    [InlineData("\"model.gguf-2\"", true)]
    [InlineData(null, true)]
    [InlineData("\"model.gguf-1\"", false)]
    public async Task Only_the_same_bytes_are_gone_on_with(string? validator, bool anew)
    {
        Place.Add("model.gguf", Parts * Part, file => file with { Digest = null, Validator = "\"model.gguf-1\"" });
        await StopAsync();
        using var later = new EngineUnderTest();
        later.Place.Add("model.gguf", Parts * Part, file => file with { Digest = null, Validator = validator });

        var result = await new TransferEngine(later.Options, TimeProvider.System).RunAsync(later.Place, _engine.Folder, null, null, TestContext.Current.CancellationToken);

        result.ShouldBeOfType<TransferResult.Done>();
        (later.Place.Served == Parts * Part).ShouldBe(anew);
    }

    [Theory]
    [InlineData("12345 99")]
    [InlineData("0 -5 00000000\n")]
    [InlineData("0 99999999999999 00000000\n")]
    [InlineData("not a line at all\n\0\0\0\0")]
    [InlineData("18446744073709551615 1 1\n")]
    public async Task A_damaged_journal_costs_no_more_than_what_it_hides(string tail)
    {
        var bytes = Place.Add("model.gguf", Parts * Part);
        await StopAsync();
        await File.AppendAllTextAsync(_engine.JournalFile(), tail, TestContext.Current.CancellationToken);

        var done = await _engine.SucceedAsync();

        (await File.ReadAllBytesAsync(done.Files[0].LocalPath, TestContext.Current.CancellationToken)).ShouldBe(bytes);
        Place.Served.ShouldBe(Parts * Part);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}\n0 262144 00000000\n")]
    [InlineData("null\n")]
    public async Task A_journal_without_a_header_is_begun_anew(string journal)
    {
        Place.Add("model.gguf", Parts * Part);
        await StopAsync();
        await File.WriteAllTextAsync(_engine.JournalFile(), journal, TestContext.Current.CancellationToken);

        await _engine.SucceedAsync();
    }

    [Fact]
    public async Task A_data_file_that_is_gone_or_cut_is_read_again()
    {
        var bytes = Place.Add("model.gguf", Parts * Part);
        await StopAsync();
        using (var file = File.OpenWrite(_engine.DataFile()))
        {
            file.SetLength(100);
        }

        var done = await _engine.SucceedAsync();

        (await File.ReadAllBytesAsync(done.Files[0].LocalPath, TestContext.Current.CancellationToken)).ShouldBe(bytes);
    }

    [Fact]
    public async Task What_an_earlier_revision_left_is_taken_away()
    {
        Place.Add("old.gguf", Parts * Part);
        await StopAsync();
        using var later = new EngineUnderTest();
        later.Place.Add("new.gguf", 2 * Part);

        await new TransferEngine(later.Options, TimeProvider.System).RunAsync(later.Place, _engine.Folder, null, null, TestContext.Current.CancellationToken);

        Directory.EnumerateFiles(Path.Combine(_engine.Folder, "transfer"), "*.part").ShouldHaveSingleItem();
    }

    /// <summary>Cancels a transfer after six of its parts.</summary>
    private async Task StopAsync()
    {
        using var stop = new CancellationTokenSource();
        var never = new TaskCompletionSource();
        Place.Script = request => request.Number > 6 ? new ScriptedPlace.Fault { Until = never.Task } : null;
        var run = _engine.RunAsync(cancellationToken: stop.Token);
        await Eventually.HoldsAsync(() => Place.Served >= 6 * Part && JournaledBytes() >= 6 * Part);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => run);
        Place.Script = _ => null;
    }

    private long JournaledBytes() =>
        File.ReadAllLines(_engine.JournalFile()).Skip(1).Sum(line => long.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));

    private long FirstJournaledOffset() => long.Parse(File.ReadAllLines(_engine.JournalFile())[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static void Flip(string path, long at)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = at;
        var value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 1));
    }
}
