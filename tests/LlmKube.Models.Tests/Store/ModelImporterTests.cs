using LlmKube.Models.Backends;
using LlmKube.Models.Store;
using Shouldly;
using Xunit;
using static LlmKube.Models.Tests.Store.StoreUnderTest;

namespace LlmKube.Models.Tests.Store;

/// <summary>Bytes that people bring and take away by hand.</summary>
public sealed class ModelImporterTests : IDisposable
{
    private readonly StoreUnderTest _store = new();
    private readonly string _outside = Directory.CreateTempSubdirectory("llmkube-outside-").FullName;

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_outside, recursive: true);
    }

    [Fact]
    public async Task A_stream_becomes_a_model()
    {
        var result = await FromStreamAsync(Bytes(1), Sha256(Bytes(1)).ToUpperInvariant());
        result.ShouldBeOfType<FetchResult.Stored>().Model.Files.Single().Sha256.ShouldBe(Sha256(Bytes(1)));
        (await File.ReadAllBytesAsync(_store.Layout.ModelFile(Key, "m.gguf")!, TestContext.Current.CancellationToken)).ShouldBe(Bytes(1));
    }

    [Fact]
    public async Task A_stream_of_other_bytes_than_asked_for_leaves_nothing()
    {
        (await FromStreamAsync(Bytes(1), Sha256(Bytes(2)))).ShouldBeOfType<FetchResult.Failed>().Failure.Kind.ShouldBe(FailureKind.Corrupt);
        (await _store.FindAsync()).ShouldBeNull();
        new StoreSurvey(_store.Layout).BytesOnDisk().ShouldBe(0);
    }

    [Fact]
    public async Task A_shared_folder_is_a_model_without_its_bytes_being_moved()
    {
        Directory.CreateDirectory(Path.Combine(_outside, "sub"));
        await File.WriteAllBytesAsync(Path.Combine(_outside, "sub", "m.bin"), Bytes(1), TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(_outside, "passwd"), "/etc/passwd");
        var result = await new ModelImporter(_store.Store).ShareAsync(_outside, Key, "file:///outside", CancellationToken.None);

        var model = result.ShouldBeOfType<FetchResult.Stored>().Model;
        model.Files.ShouldBe([new StoredFile(Path.Combine("sub", "m.bin"), 5000, null)], "a link may lead anywhere and is left out");
        (await _store.FindAsync()).ShouldNotBeNull();
        var verdict = (await StoreVerifier.VerifyAsync(_store.Layout, model, null, CancellationToken.None)).Single();
        verdict.File.Sha256.ShouldBe(Sha256(Bytes(1)));
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_shared() =>
        (await new ModelImporter(_store.Store).ShareAsync(Path.Combine(_outside, "nothing"), Key, "x", CancellationToken.None))
            .ShouldBeOfType<FetchResult.Failed>().Failure.Kind.ShouldBe(FailureKind.NotFound);

    [Fact]
    public async Task An_export_is_verified_and_a_damaged_file_does_not_leave_the_store()
    {
        var model = _store.Publish(Key, ("a/m.bin", Bytes(1)));
        (await ModelExporter.ExportAsync(_store.Layout, model, _outside, null, CancellationToken.None)).ShouldBeNull();
        (await File.ReadAllBytesAsync(Path.Combine(_outside, "a", "m.bin"), TestContext.Current.CancellationToken)).ShouldBe(Bytes(1));

        var path = _store.Layout.ModelFile(Key, "a/m.bin")!;
        File.Delete(path);
        await File.WriteAllBytesAsync(path, Bytes(2), TestContext.Current.CancellationToken);
        Directory.Delete(Path.Combine(_outside, "a"), recursive: true);
        (await ModelExporter.ExportAsync(_store.Layout, model, _outside, null, CancellationToken.None))!.ShouldContain(Sha256(Bytes(2)));
        Directory.GetFiles(_outside, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    private Task<FetchResult> FromStreamAsync(byte[] content, string? sha256) => new ModelImporter(_store.Store)
        .FromStreamAsync(new MemoryStream(content), "m.gguf", Key, "stdin", sha256, null, CancellationToken.None);
}
