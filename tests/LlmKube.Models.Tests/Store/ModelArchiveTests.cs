using System.Formats.Tar;
using LlmKube.Models.Backends;
using LlmKube.Models.Store;
using Shouldly;
using Xunit;
using static LlmKube.Models.Tests.Store.StoreUnderTest;

namespace LlmKube.Models.Tests.Store;

/// <summary>Models that travel as one stream.</summary>
public sealed class ModelArchiveTests : IDisposable
{
    private readonly StoreUnderTest _store = new();
    private readonly string _outside = Directory.CreateTempSubdirectory("llmkube-archive-").FullName;

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_outside, recursive: true);
    }

    [Fact]
    public async Task A_model_goes_out_of_one_store_and_into_another_unchanged()
    {
        var archive = await ArchiveAsync(_store.Publish(Key, ("a/m.bin", Bytes(1)), ("config.json", Bytes(2))));
        using var other = new StoreUnderTest();
        var result = await new ModelImporter(other.Store).FromArchiveAsync(archive, Key, "org/model", Sha256(Bytes(2)), CancellationToken.None);

        result.ShouldBeOfType<FetchResult.Stored>().Model.Files.Select(file => (file.Path, file.Sha256)).ShouldBe([("a/m.bin", Sha256(Bytes(1))), ("config.json", Sha256(Bytes(2)))]);
        (await File.ReadAllBytesAsync(other.Layout.ModelFile(Key, "a/m.bin")!, TestContext.Current.CancellationToken)).ShouldBe(Bytes(1));
        NothingIsUnfinished(other);
    }

    [Fact]
    public async Task A_folder_becomes_a_model_without_what_is_hidden_or_a_link()
    {
        await File.WriteAllBytesAsync(Path.Combine(_outside, "m.bin"), Bytes(1), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(_outside, ".hidden"), Bytes(1), TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(_outside, "passwd"), "/etc/passwd");
        using var archive = new MemoryStream();
        await ModelArchive.WriteFolderAsync(_outside, archive, CancellationToken.None);
        archive.Position = 0;

        (await ImportAsync(archive)).ShouldBeOfType<FetchResult.Stored>().Model.Files.ShouldHaveSingleItem().Path.ShouldBe("m.bin");
    }

    [Fact]
    public async Task Bytes_that_changed_on_the_way_are_refused()
    {
        var archive = await ArchiveAsync(_store.Publish(Key, ("m.bin", Bytes(1))));
        var bytes = archive.ToArray();
        bytes[bytes.AsSpan().IndexOf(Bytes(1)) + 100] ^= 1;

        (await ImportAsync(new MemoryStream(bytes))).ShouldBeOfType<FetchResult.Failed>().Failure.Kind.ShouldBe(FailureKind.Corrupt);
        NothingIsUnfinished(_store);
    }

    [Theory]
    [InlineData("../../outside", TarEntryType.RegularFile)]
    [InlineData("/etc/passwd", TarEntryType.RegularFile)]
    [InlineData("link", TarEntryType.SymbolicLink)]
    [InlineData("pipe", TarEntryType.Fifo)]
    [InlineData(".llmkube.json", TarEntryType.RegularFile)]
    public async Task What_is_no_plain_file_below_the_models_folder_is_refused(string name, TarEntryType type)
    {
        using var archive = new MemoryStream();
        await using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            var entry = new PaxTarEntry(type, name);
            if (type == TarEntryType.SymbolicLink)
            {
                entry.LinkName = "/etc/passwd";
            }
            else if (type == TarEntryType.RegularFile)
            {
                entry.DataStream = new MemoryStream(Bytes(1));
            }

            await writer.WriteEntryAsync(entry, TestContext.Current.CancellationToken);
        }

        archive.Position = 0;
        (await ImportAsync(archive)).ShouldBeOfType<FetchResult.Failed>().Failure.Heals.ShouldBeFalse();
        (await _store.FindAsync()).ShouldBeNull();
        NothingIsUnfinished(_store);
    }

    [Theory]
    [InlineData(700)]
    [InlineData(2000)]
    [InlineData(0)]
    public async Task What_is_cut_off_or_no_archive_at_all_leaves_nothing(int length)
    {
        var archive = await ArchiveAsync(_store.Publish(Key, ("m.bin", Bytes(1))));
        _store.Store.Remove(Key);

        (await ImportAsync(new MemoryStream(archive.ToArray(), 0, length))).ShouldBeOfType<FetchResult.Failed>();
        (await ImportAsync(new MemoryStream([.. Enumerable.Repeat((byte)'x', 4096)]))).ShouldBeOfType<FetchResult.Failed>();
        (await _store.FindAsync()).ShouldBeNull();
        NothingIsUnfinished(_store);
    }

    [Fact]
    public async Task An_archive_is_unpacked_whole_or_not_at_all()
    {
        var bytes = (await ArchiveAsync(_store.Publish(Key, ("a/m.bin", Bytes(1)), ("b.bin", Bytes(2))))).ToArray();
        (await ModelExporter.UnpackAsync(new MemoryStream(bytes), _outside, () => Task.FromResult(false), CancellationToken.None)).ShouldNotBeNull("whoever sent it failed");
        (await ModelExporter.UnpackAsync(new MemoryStream(bytes, 0, bytes.Length - 8000), _outside, () => Task.FromResult(true), CancellationToken.None)).ShouldNotBeNull();
        Directory.GetFileSystemEntries(_outside).ShouldBeEmpty();

        (await ModelExporter.UnpackAsync(new MemoryStream(bytes), _outside, () => Task.FromResult(true), CancellationToken.None)).ShouldBeNull();
        (await File.ReadAllBytesAsync(Path.Combine(_outside, "a", "m.bin"), TestContext.Current.CancellationToken)).ShouldBe(Bytes(1));
        Directory.GetFileSystemEntries(_outside).Length.ShouldBe(2);
    }

    private async Task<MemoryStream> ArchiveAsync(StoredModel model)
    {
        var archive = new MemoryStream();
        await ModelArchive.WriteAsync(_store.Layout, model, archive, CancellationToken.None);
        archive.Position = 0;
        return archive;
    }

    private Task<FetchResult> ImportAsync(Stream archive) => new ModelImporter(_store.Store).FromArchiveAsync(archive, Key, "org/model", null, CancellationToken.None);

    private static void NothingIsUnfinished(StoreUnderTest store) =>
        Directory.GetFiles(store.Layout.PartialRoot, "*", SearchOption.AllDirectories).ShouldBeEmpty();
}
