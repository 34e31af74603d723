using System.Security.Cryptography;
using System.Text;
using LlmKube.Models.Backends;
using LlmKube.Models.Transfer;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Transfer;

public sealed class TransferEngineTests : IDisposable
{
    private const int Part = EngineUnderTest.Part;

    private readonly EngineUnderTest _engine = new();

    private ScriptedPlace Place => _engine.Place;

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Part - 1)]
    [InlineData(Part)]
    [InlineData(Part + 1)]
    [InlineData((7 * Part) + 12_345)]
    public async Task A_file_of_any_size_arrives_as_it_is(int size)
    {
        var bytes = Place.Add("model.gguf", size);

        var done = await _engine.SucceedAsync();

        var file = done.Files.ShouldHaveSingleItem();
        (await File.ReadAllBytesAsync(file.LocalPath, TestContext.Current.CancellationToken)).ShouldBe(bytes);
        file.ShouldBe(new FetchedFile("model.gguf", file.LocalPath, size, Convert.ToHexStringLower(SHA256.HashData(bytes)), "\"model.gguf-1\""));
        done.BytesMoved.ShouldBe(size);
        Place.Served.ShouldBe(size);
    }

    [Fact]
    public async Task A_large_file_is_read_in_ranges_of_one_part_each()
    {
        Place.Add("model.gguf", 5 * Part);

        await _engine.SucceedAsync();

        Place.Requests.Select(request => request.Offset).Order().ShouldBe([0, Part, 2 * Part, 3 * Part, 4 * Part]);
        Place.Requests.ShouldAllBe(request => request.Length == Part);
    }

    [Fact]
    public async Task Many_files_arrive_each_with_one_request()
    {
        for (var i = 0; i < 500; i++)
        {
            Place.Add($"folder-{i % 7}/file-{i}.json", 100 + i);
        }

        var done = await _engine.SucceedAsync();

        done.Files.Select(file => file.Path).ShouldBe(Place.Files.Select(file => file.Path));
        Place.Requests.Count.ShouldBe(500);
        foreach (var (fetched, remote) in done.Files.Zip(Place.Files))
        {
            Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(fetched.LocalPath, TestContext.Current.CancellationToken))).ShouldBe(remote.Digest!.Hex);
        }
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(3 * Part)]
    public async Task A_place_without_ranges_is_read_in_one_go(int size)
    {
        var bytes = Place.Add("model.gguf", size, file => file with { AcceptsRanges = false });

        var done = await _engine.SucceedAsync();

        Place.Requests.ShouldHaveSingleItem().ShouldBe(new ScriptedPlace.Request("model.gguf", 0, null, 1));
        (await File.ReadAllBytesAsync(done.Files[0].LocalPath, TestContext.Current.CancellationToken)).ShouldBe(bytes);
    }

    [Fact]
    public async Task A_place_that_does_not_say_a_size_is_read_to_its_end()
    {
        Place.Add("model.gguf", 3 * Part, file => file with { SizeBytes = null, Digest = null });

        var done = await _engine.SucceedAsync();

        done.Files[0].SizeBytes.ShouldBe(3 * Part);
        done.Files[0].Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(ScriptedPlace.Bytes(3 * Part))));
    }

    [Fact]
    public async Task A_place_that_announces_ranges_and_ignores_them_is_read_in_one_go()
    {
        var bytes = Place.Add("model.gguf", 6 * Part);
        Place.Script = _ => new ScriptedPlace.Fault { IgnoresRange = true };

        var done = await _engine.SucceedAsync();

        (await File.ReadAllBytesAsync(done.Files[0].LocalPath, TestContext.Current.CancellationToken)).ShouldBe(bytes);
        Place.Requests.Last().ShouldBe(new ScriptedPlace.Request("model.gguf", 0, null, Place.Requests.Count));
    }

    [Theory]
    [InlineData(1000, 1000)]
    [InlineData(3 * Part, 3 * Part)]
    [InlineData(3 * Part, null)]
    public async Task The_Hub_s_git_names_are_verified(int size, int? announced)
    {
        var bytes = ScriptedPlace.Bytes(size);
        byte[] named = [.. Encoding.ASCII.GetBytes($"blob {size}\0"), .. bytes];
#pragma warning disable CA5350 // Git's own name for a file.
        var name = Convert.ToHexString(SHA1.HashData(named));
#pragma warning restore CA5350
        Place.Add("model.gguf", size, file => file with { SizeBytes = announced, Digest = ContentDigest.GitBlobSha1(name) });

        await _engine.SucceedAsync();

        Place.Script = request => new ScriptedPlace.Fault { WrongByteAt = 700 };
        Directory.Delete(_engine.Folder, recursive: true);
        (await _engine.FailAsync()).Kind.ShouldBe(FailureKind.Corrupt);
    }

    [Fact]
    public async Task Progress_grows_to_the_whole_and_counts_files()
    {
        Place.Add("a.gguf", 3 * Part);
        Place.Add("b.json", 10);
        var reports = new Reports();

        await _engine.RunAsync(reports);

        var last = reports.Items.Last();
        (last.BytesDone, last.BytesTotal, last.FilesDone, last.FilesTotal).ShouldBe(((3 * Part) + 10, (3 * Part) + 10, 2, 2));
        reports.Items.Select(report => report.BytesDone).ShouldBeInOrder();
    }

    [Fact]
    public async Task Room_is_asked_for_before_the_first_byte()
    {
        Place.Add("a.gguf", 3 * Part);
        var asked = 0L;
        var full = new ModelFailure(FailureKind.NoSpace, "full");

        var result = await new TransferEngine(_engine.Options, TimeProvider.System).RunAsync(
            Place, _engine.Folder, (bytes, _) => Task.FromResult<ModelFailure?>((asked = bytes) > 0 ? full : null), null, TestContext.Current.CancellationToken);

        result.ShouldBe(new TransferResult.Failed(full));
        asked.ShouldBe(3 * Part);
        Place.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("../evil.gguf")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("")]
    public async Task A_name_that_is_no_path_below_the_model_is_refused(string name)
    {
        Place.Add("good.gguf", 10);
        Place.Add(name, 10);

        (await _engine.FailAsync()).Kind.ShouldBe(FailureKind.Refused);

        Place.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Model.gguf", "model.gguf", "differ in case")]
    [InlineData("a", "a/b.gguf", "makes it a folder")]
    public async Task Names_that_meet_on_some_disk_are_refused(string one, string other, string said)
    {
        Place.Add(one, 10);
        Place.Add(other, 10);

        (await _engine.FailAsync()).Message.ShouldContain(said);
    }

    [Fact]
    public async Task A_disk_that_fails_is_thrown_and_ends_the_transfer()
    {
        Place.Add("a.gguf", 9 * Part);
        await File.WriteAllTextAsync(Path.Combine(_engine.Folder, "transfer"), "a file in the place of the folder", TestContext.Current.CancellationToken);

        await Should.ThrowAsync<IOException>(() => _engine.RunAsync());

        File.Delete(Path.Combine(_engine.Folder, "transfer"));
    }

    private sealed class Reports : IProgress<TransferProgress>
    {
        public System.Collections.Concurrent.ConcurrentQueue<TransferProgress> Items { get; } = new();

        public void Report(TransferProgress value) => Items.Enqueue(value);
    }
}
