using System.Formats.Tar;
using System.IO.Compression;
using LlmKube.Models.Backends;
using LlmKube.Models.Formats;
using LlmKube.Models.Oci;
using LlmKube.Models.Tests.Formats;
using LlmKube.Models.Transfer;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Oci;

/// <summary>The files of a model in the layers of an image, as a file system made of them shows them.</summary>
public sealed class LayerUnpackerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-layers-").FullName;
    private readonly List<(FetchedFile Layer, Packing Packing)> _layers = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Packing.TarGzip)]
    [InlineData(Packing.TarZstd)]
    public async Task Later_layers_replace_and_take_away_what_is_in_those_before(Packing later)
    {
        Layer(Packing.Tar, ("a.gguf", "old"), ("gone.gguf", "x"), ("folder/one.json", "1"), ("folder/two.json", "2"), ("cleared/old.json", "3"));
        Layer(later, ("./a.gguf", "new"), (".wh.gone.gguf", ""), ("folder/.wh.one.json", ""), ("cleared/.wh..wh..opq", ""), ("cleared/new.json", "4"));

        var first = _layers[0].Layer.LocalPath;
        (await UnpackAsync()).ShouldBe("a.gguf=new cleared/new.json=4 folder/two.json=2");
        File.Exists(first).ShouldBeFalse("a layer goes when its files are out of it");
    }

    [Fact]
    public async Task What_a_layer_clears_is_what_is_below_it_and_not_its_own()
    {
        Layer(Packing.Tar, ("folder/old.json", "1"));
        Layer(Packing.Tar, ("folder/new.json", "2"), ("folder/.wh..wh..opq", ""), (".wh.folder", ""));

        (await UnpackAsync()).ShouldBe("folder/new.json=2");
    }

    [Fact]
    public async Task The_files_below_models_are_the_model_where_there_are_any_and_an_operating_system_is_none()
    {
        Layer(Packing.TarGzip, ("bin/sh", "elf"), ("etc/passwd", "root"), ("readme.md", "hello"));
        (await UnpackAsync()).ShouldBe("readme.md=hello");

        Layer(Packing.TarGzip, ("models/a.gguf", "weights"), ("models/sub/b.json", "{}"));
        (await UnpackAsync()).ShouldBe("a.gguf=weights sub/b.json={}");
    }

    [Fact]
    public async Task Only_what_was_asked_for_is_taken()
    {
        Layer(Packing.Tar, ("models/a.gguf", "a"), ("models/b.gguf", "b"));

        (await UnpackAsync(path => path == "b.gguf")).ShouldBe("b.gguf=b");
        Layer(Packing.Tar, ("models/c.gguf", "c"));
        (await UnpackAsync(path => path == "z.gguf")).ShouldContain("has no model");
    }

    [Theory]
    [InlineData("../../etc/cron.d/x")]
    [InlineData("a/../../b")]
    public async Task A_name_that_leads_out_of_the_image_is_nobodys_file(string name)
    {
        Layer(Packing.Tar, (name, "evil"), ("a.gguf", "good"));

        (await UnpackAsync()).ShouldBe("a.gguf=good");
        Directory.GetFiles(_folder, "x", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Packing.TarGzip)]
    [InlineData(Packing.TarZstd)]
    public async Task What_is_no_archive_is_said(Packing packing)
    {
        Require(packing);
        var path = Path.Combine(_folder, "noise");
        await File.WriteAllBytesAsync(path, [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))], TestContext.Current.CancellationToken);
        _layers.Add((new FetchedFile("layer-0", path, 5000, "", null), packing));

        (await UnpackAsync()).ShouldContain("no archive that can be read");
    }

    [Theory]
    [InlineData(Packing.TarGzip)]
    [InlineData(Packing.TarZstd)]
    public async Task The_beginning_of_a_layer_tells_its_first_names(Packing packing)
    {
        Layer(packing, ("a.gguf", "weights"), ("bin/sh", "elf"), ("models/b.gguf", new string('x', 100_000)), ("late.gguf", "z"));
        var bytes = await File.ReadAllBytesAsync(_layers[0].Layer.LocalPath, TestContext.Current.CancellationToken);

        (await LayerUnpacker.PeekAsync(new MemoryStream(bytes), packing, CancellationToken.None)).ShouldBe(["a.gguf", "models/b.gguf", "late.gguf"]);
        (await LayerUnpacker.PeekAsync(new MemoryStream(bytes[..(bytes.Length / 4)]), packing, CancellationToken.None)).Count.ShouldBeLessThan(3);
        (await LayerUnpacker.PeekAsync(new MemoryStream([1, 2, 3]), Packing.Tar, CancellationToken.None)).ShouldBeEmpty();
    }

    private static void Require(Packing packing) => Assert.SkipUnless(packing != Packing.TarZstd || Zstandard.IsAvailable, "this machine has no libzstd");

    private void Layer(Packing packing, params (string Path, string Text)[] files)
    {
        Require(packing);
        var path = Path.Combine(_folder, $"layer-{Guid.NewGuid():N}");
        using (var file = File.Create(path))
        using (Stream packed = packing == Packing.TarGzip ? new GZipStream(file, CompressionLevel.Fastest) : file)
        using (var tar = new TarWriter(packed, TarEntryFormat.Pax))
        {
            foreach (var (name, text) in files)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)) });
            }
        }

        if (packing == Packing.TarZstd)
        {
            File.WriteAllBytes(path, ZstandardFrames.Compress(File.ReadAllBytes(path)));
        }

        _layers.Add((new FetchedFile($"layer-{_layers.Count}", path, new FileInfo(path).Length, "", null), packing));
    }

    private async Task<string> UnpackAsync(Func<string, bool>? wants = null)
    {
        var (files, failure) = await LayerUnpacker.UnpackAsync(_layers, Path.Combine(_folder, "out"), wants ?? (_ => true), CancellationToken.None);
        _layers.Clear();
        return failure?.Message ?? string.Join(' ', files.Select(file => $"{file.Path}={File.ReadAllText(file.LocalPath)}"));
    }
}
