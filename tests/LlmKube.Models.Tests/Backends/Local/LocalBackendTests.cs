using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Local;
using LlmKube.Models.Tests.Backends.HuggingFace;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Backends.Local;

public sealed class LocalBackendTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-local-").FullName;
    private readonly LocalBackend _backend;

    public LocalBackendTests()
    {
        _backend = new LocalBackend([_folder]);
        Write("one.gguf", [1, 2, 3]);
        Write("sub/two.json", [4]);
        Write(".hidden/x", [5]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_file_is_one_file_under_its_own_name()
    {
        await using var session = await _backend.ConnectedAsync(Path.Combine(_folder, "one.gguf"));

        session.Files.Single().Path.ShouldBe("one.gguf");
        (await session.ReadAsync(offset: 1)).ShouldBe([2, 3]);
    }

    [Fact]
    public async Task A_folder_is_all_its_files_but_hidden_ones()
    {
        await using var session = await _backend.ConnectedAsync(_folder);

        session.Files.Select(file => file.Path).ShouldBe(["one.gguf", "sub/two.json"]);
    }

    [Fact]
    public async Task A_changed_file_is_another_revision()
    {
        await using var before = await _backend.ConnectedAsync(_folder);
        Write("one.gguf", [1, 2, 3, 4]);
        await using var after = await _backend.ConnectedAsync(_folder);

        (after.Revision == before.Revision).ShouldBeFalse();
        (await before.OpenAsync("one.gguf")).ShouldBeOfType<OpenResult.Opened>().Validator.ShouldNotBeNull().Equals(before.Files[0].Validator, StringComparison.Ordinal).ShouldBeFalse();
    }

    [Fact]
    public async Task A_link_out_of_the_folder_is_refused_by_name()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "passwords"), "/etc/passwd");

        var failure = await _backend.RefusedAsync(_folder);

        failure.Kind.ShouldBe(FailureKind.Refused);
        failure.Message.ShouldContain("passwords");
    }

    [Fact]
    public async Task A_link_inside_the_folder_is_followed()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "again.gguf"), "one.gguf");

        await using var session = await _backend.ConnectedAsync(_folder);

        (await session.ReadAsync("again.gguf")).ShouldBe([1, 2, 3]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_Hub_cache_is_read_through_its_links(bool byCommit)
    {
        using var cache = new HubCacheFolder();
        cache.Add("model.gguf", [7, 8]);
        cache.Add("config.json", [9]);

        await using var session = await new LocalBackend([cache.Root]).ConnectedAsync(byCommit ? cache.Snapshot : cache.Repo);

        session.Files.Select(file => file.Path).ShouldBe(["config.json", "model.gguf"]);
        (await session.ReadAsync("model.gguf")).ShouldBe([7, 8]);
    }

    [Theory]
    [InlineData("/etc/passwd", FailureKind.Refused)]
    [InlineData("missing.gguf", FailureKind.NotFound)]
    public async Task What_may_not_be_read_and_what_is_not_there_are_said_apart(string path, FailureKind kind) =>
        (await _backend.RefusedAsync(path.StartsWith('/') ? path : Path.Combine(_folder, path))).Kind.ShouldBe(kind);

    private void Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }
}
