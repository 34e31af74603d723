using LlmKube.Models.Store;
using LlmKube.Models.TinyModels;
using Shouldly;
using Xunit;
using static LlmKube.Models.Tests.Store.StoreUnderTest;

namespace LlmKube.Models.Tests.Store;

/// <summary>What is published is whole, shared and found again.</summary>
public sealed class ModelStoreTests : IDisposable
{
    private readonly StoreUnderTest _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_published_model_is_found_with_all_that_is_known_of_it_but_no_secret()
    {
        var weights = Bytes(1);
        _store.Publish(Key, ("q4/m.gguf", weights), ("config.json", Bytes(2)));

        var model = (await _store.FindAsync()).ShouldNotBeNull();
        model.Revision.ShouldBe("rev-1");
        model.StoredAt.ShouldBe(_store.Time.GetUtcNow());
        model.Files.Select(file => (file.Path, file.SizeBytes, file.Sha256)).ShouldBe(
            [("q4/m.gguf", weights.LongLength, Sha256(weights)), ("config.json", 5000L, Sha256(Bytes(2)))]);
        File.ReadAllBytes(_store.Layout.ModelFile(Key, "q4/m.gguf")!).ShouldBe(weights);
        File.ReadAllText(_store.Layout.MetadataFile(Key)).ShouldNotContain("secret");
        Directory.Exists(_store.Layout.PartialFolder(Key)).ShouldBeFalse();
    }

    [Fact]
    public void Equal_bytes_from_two_sources_take_the_disk_once_and_cannot_be_written()
    {
        _store.Publish(Key, ("a.gguf", Bytes(1)));
        _store.Publish(OtherKey, ("b.gguf", Bytes(1)), ("c.gguf", Bytes(1)));

        Directory.GetFiles(_store.Layout.BlobFolder).Length.ShouldBe(1);
        new StoreSurvey(_store.Layout).BytesOnDisk().ShouldBe(5000);
        new StoreSurvey(_store.Layout).Described().Sum(model => model.SizeBytes).ShouldBe(15000);
        if (!OperatingSystem.IsWindows())
        {
            ((int)File.GetUnixFileMode(_store.Layout.ModelFile(OtherKey, "c.gguf")!) & 0b010_010_010).ShouldBe(0);
        }
    }

    [Fact]
    public async Task A_new_revision_takes_the_old_ones_place_and_keeps_the_pin()
    {
        _store.Publish(Key, ("m.gguf", Bytes(1)), ("old.json", Bytes(2)));
        _store.Store.SetPinned(Key, true).ShouldBeTrue();
        await using var reader = File.OpenRead(_store.Layout.ModelFile(Key, "m.gguf")!);
        _store.Publish(Key, ("m.gguf", Bytes(3)));

        var model = (await _store.FindAsync()).ShouldNotBeNull();
        model.Pinned.ShouldBeTrue();
        model.Files.Count.ShouldBe(1);
        File.Exists(_store.Layout.ModelFile(Key, "old.json")).ShouldBeFalse();
        var open = new byte[5000];
        await reader.ReadExactlyAsync(open, TestContext.Current.CancellationToken);
        open.ShouldBe(Bytes(1), "who has the old revision open keeps reading it");
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("short")]
    [InlineData("metadata")]
    public async Task A_model_that_is_not_whole_is_not_found(string damage)
    {
        _store.Publish(Key, ("a.bin", Bytes(1)), ("b.bin", Bytes(2)));
        var path = _store.Layout.ModelFile(Key, "a.bin")!;
        switch (damage)
        {
            case "missing":
                File.Delete(path);
                break;
            case "short":
                File.Delete(path);
                File.WriteAllBytes(path, Bytes(1)[..100]);
                break;
            default:
                File.WriteAllText(_store.Layout.MetadataFile(Key), """{"source":"x","files":[{"path":"../../etc/passwd","sizeBytes":1}]}""");
                File.Delete(path);
                File.Delete(_store.Layout.ModelFile(Key, "b.bin")!);
                break;
        }

        (await _store.FindAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_folder_that_an_earlier_program_wrote_is_taken_as_it_is()
    {
        var folder = Directory.CreateDirectory(_store.Layout.ModelFolder(Key)).FullName;
        TinyModel.WriteFile(Path.Combine(folder, "llama.gguf"), new TinyModelOptions());
        File.WriteAllText(Path.Combine(folder, "llama.gguf.tmp"), "half a transfer");

        var model = (await _store.FindAsync()).ShouldNotBeNull();
        model.Legacy.ShouldBeTrue();
        model.Files.Single().Path.ShouldBe("llama.gguf");
    }

    [Fact]
    public async Task A_cut_off_file_of_an_earlier_program_is_not_served()
    {
        var path = Path.Combine(Directory.CreateDirectory(_store.Layout.ModelFolder(Key)).FullName, "llama.gguf");
        TinyModel.WriteFile(path, new TinyModelOptions());
        await using (var file = File.OpenWrite(path))
        {
            file.SetLength(file.Length - 1000);
        }

        (await _store.FindAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task What_a_killed_writer_had_staged_whole_is_published_by_the_next()
    {
        _store.Publish(Key, ("m.gguf", Bytes(1)));
        Directory.CreateDirectory(_store.Layout.PartialFolder(Key));
        Directory.Move(_store.Layout.ModelFolder(Key), _store.Layout.StagedFolder(Key));
        (await _store.FindAsync()).ShouldBeNull();

        _store.Store.Recover(Key);
        (await _store.FindAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task What_a_killed_writer_had_staged_in_part_stays_unseen()
    {
        var staged = Directory.CreateDirectory(_store.Layout.StagedFolder(Key)).FullName;
        File.WriteAllBytes(Path.Combine(staged, "m.gguf"), Bytes(1));
        _store.Store.Recover(Key);
        (await _store.FindAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Removing_a_model_frees_only_what_no_other_has()
    {
        _store.Publish(Key, ("shared.bin", Bytes(1)), ("own.bin", Bytes(2)));
        _store.Publish(OtherKey, ("shared.bin", Bytes(1)));
        _store.Store.Remove(Key);

        (await _store.FindAsync()).ShouldBeNull();
        (await _store.FindAsync(OtherKey)).ShouldNotBeNull();
        Directory.GetFiles(_store.Layout.BlobFolder).Select(Path.GetFileName).ShouldBe([Sha256(Bytes(1))]);
    }

    [Fact]
    public async Task Use_is_noted_and_a_store_that_cannot_be_written_is_read_all_the_same()
    {
        _store.Publish(Key, ("m.bin", Bytes(1)));
        _store.Time.Advance(TimeSpan.FromHours(3));
        _store.Store.Touch((await _store.FindAsync())!);
        (await _store.FindAsync())!.LastUsed.ShouldBe(_store.Time.GetUtcNow());

        Should.NotThrow(() => _store.Store.Touch(new StoredModel { Key = OtherKey, Source = "gone", Files = [] }));
    }

    [Theory]
    [InlineData("../up.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("nul\0.bin")]
    public void A_name_that_leads_out_of_the_folder_is_refused(string name)
    {
        Should.Throw<ArgumentException>(() => _store.Publish(Key, (name, Bytes(1))));
        Directory.Exists(_store.Layout.ModelFolder(Key)).ShouldBeFalse();
    }

    [Fact]
    public async Task Verification_names_the_file_whose_bytes_changed()
    {
        var model = _store.Publish(Key, ("good.bin", Bytes(1)), ("bad.bin", Bytes(2)));
        var path = _store.Layout.ModelFile(Key, "bad.bin")!;
        File.Delete(path);
        var changed = Bytes(2);
        changed[17] ^= 1;
        File.WriteAllBytes(path, changed);

        var verdicts = await StoreVerifier.VerifyAsync(_store.Layout, model, null, TestContext.Current.CancellationToken);
        verdicts[0].Problem.ShouldBeNull();
        verdicts[1].Problem!.ShouldContain(Sha256(changed));
        verdicts[1].Problem!.ShouldContain(Sha256(Bytes(2)));
    }
}
