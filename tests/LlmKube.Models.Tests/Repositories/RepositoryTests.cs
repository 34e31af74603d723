using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Repositories;

/// <summary>One convention, the same in a folder, on an object store and in a registry.</summary>
public sealed class RepositoryTests
{
    private static readonly byte[] s_first = Bytes(1, 300_000);
    private static readonly byte[] s_second = Bytes(2, 200_000);

    public static TheoryData<string> Kinds => ["folder", "s3", "ceph", "oci"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_published_is_listed_tagged_and_read_back(string kind)
    {
        await using var under = await RepositoryUnderTest.StartAsync(kind);
        await using var repository = under.Open();
        (await repository.ModelsAsync(CancellationToken.None)).ShouldBeEmpty();
        (await repository.FindTagAsync("llama", "latest", CancellationToken.None)).ShouldBeNull();

        var published = await under.PublishAsync(repository, "v1", s_first);
        await under.PublishAsync(repository, "2024-03-20", s_second);
        await repository.TagAsync("llama", "latest", "v1", CancellationToken.None);
        await repository.TagAsync("llama", "stable", "v1", CancellationToken.None);
        await repository.TagAsync("llama", "latest", "2024-03-20", CancellationToken.None);

        (await repository.ModelsAsync(CancellationToken.None)).ShouldBe(["llama"]);
        (await repository.VersionsAsync("llama", CancellationToken.None)).ShouldBe(["2024-03-20", "v1"]);
        (await repository.TagsAsync("llama", CancellationToken.None)).Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal).ShouldBe(["latest=2024-03-20", "stable=v1"]);
        (await repository.FindTagAsync("llama", "latest", CancellationToken.None)).ShouldBe("2024-03-20");
        var found = (await repository.FindAsync("llama", "v1", CancellationToken.None)).ShouldNotBeNull();
        found.HasFilesOf(published).ShouldBeTrue();
        (found.License, found.Created, found.Files.Count).ShouldBe(("mit", DateTimeOffset.UnixEpoch.AddDays(1000), 2));
        (await repository.FindAsync("llama", "v3", CancellationToken.None)).ShouldBeNull();
        (await under.ReadAsync(repository, "v1")).ShouldBe(s_first);
        (await under.ReadAsync(repository, "v1", "notes/readme.txt")).ShouldBe([1, 2, 3]);
        (await under.ReadAsync(repository, "2024-03-20")).ShouldBe(s_second);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_version_never_changes(string kind)
    {
        await using var under = await RepositoryUnderTest.StartAsync(kind);
        await using var repository = under.Open();
        var first = await under.PublishAsync(repository, "v1", s_first);

        (await under.PublishAsync(repository, "v1", s_first)).HasFilesOf(first).ShouldBeTrue();
        (await Should.ThrowAsync<RepositoryException>(under.PublishAsync(repository, "v1", s_second))).Message.ShouldContain("A version never changes");

        (await under.ReadAsync(repository, "v1")).ShouldBe(s_first);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_tag_names_only_what_is_there_and_the_last_of_fifty_writers_wins_whole(string kind)
    {
        await using var under = await RepositoryUnderTest.StartAsync(kind);
        await using var repository = under.Open();
        (await Should.ThrowAsync<RepositoryException>(repository.TagAsync("llama", "latest", "v1", CancellationToken.None))).Failure.Kind.ShouldBe(FailureKind.NotFound);
        await under.PublishAsync(repository, "v1", s_first);
        await under.PublishAsync(repository, "v2", s_second);
        await repository.TagAsync("llama", "latest", "v1", CancellationToken.None);

        var writers = Enumerable.Range(0, 50).Select(i => repository.TagAsync("llama", "latest", i % 2 == 0 ? "v1" : "v2", CancellationToken.None)).ToList();
        // The tests' small object store shows readers what is half written, which real ones never do.
        var readers = Enumerable.Range(0, kind == "s3" ? 0 : 50).Select(_ => repository.FindTagAsync("llama", "latest", CancellationToken.None)).ToList();
        await Task.WhenAll(writers);

        foreach (var seen in await Task.WhenAll(readers))
        {
            seen.ShouldBeOneOf("v1", "v2");
        }

        (await repository.FindTagAsync("llama", "latest", CancellationToken.None)).ShouldBeOneOf("v1", "v2");
        (await repository.VersionsAsync("llama", CancellationToken.None)).ShouldBe(["v1", "v2"]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_no_tag_names_is_collected_and_nothing_else(string kind)
    {
        await using var under = await RepositoryUnderTest.StartAsync(kind);
        await using var repository = under.Open();
        foreach (var version in (string[])["v1", "v2", "v3"])
        {
            await under.PublishAsync(repository, version, Bytes(version[1], 5000));
        }

        await repository.TagAsync("llama", "stable", "v2", CancellationToken.None);
        var now = TimeProvider.System.GetUtcNow().AddMinutes(5);

        (await repository.CollectAsync("llama", new CollectOptions(0, TimeSpan.FromDays(40_000), false, now), CancellationToken.None)).ShouldBeEmpty("they are too young");
        (await repository.CollectAsync("llama", new CollectOptions(0, TimeSpan.Zero, true, now), CancellationToken.None)).Order(StringComparer.Ordinal).ShouldBe(["v1", "v3"]);
        (await repository.VersionsAsync("llama", CancellationToken.None)).Count.ShouldBe(3, "it was only asked");
        (await repository.CollectAsync("llama", new CollectOptions(0, TimeSpan.Zero, false, now), CancellationToken.None)).Count.ShouldBe(2);

        (await repository.VersionsAsync("llama", CancellationToken.None)).ShouldBe(["v2"]);
        (await under.ReadAsync(repository, "v2")).ShouldBe(Bytes('2', 5000));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_push_that_is_cut_off_leaves_no_version_and_goes_on_where_it_was(string kind)
    {
        await using var under = await RepositoryUnderTest.StartAsync(kind);
        await using var repository = under.Open();
        for (var after = 0; after < 300_003; after += 60_000)
        {
            await using var session = await under.FilesAsync(("model.gguf", s_first), ("notes/readme.txt", [1, 2, 3]));
            await using var cut = new CutSession(session, after);
            await Should.ThrowAsync<Exception>(repository.PublishAsync(new VersionManifest { Name = "llama", Version = "v1", Files = [] }, cut, null, CancellationToken.None));
            (await repository.FindAsync("llama", "v1", CancellationToken.None)).ShouldBeNull("nothing that is not whole has a manifest");
        }

        await under.PublishAsync(repository, "v1", s_first);

        (await under.ReadAsync(repository, "v1")).ShouldBe(s_first);
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("ceph")]
    public async Task Large_files_go_to_an_object_store_in_parts(string kind)
    {
        var large = Bytes(7, 40 * 1024 * 1024);
        await using var under = await RepositoryUnderTest.StartAsync(kind);
        await using var repository = under.Open();

        await under.PublishAsync(repository, "v1", large);

        (await under.ReadAsync(repository, "v1")).AsSpan().SequenceEqual(large).ShouldBeTrue();
    }

    [Fact]
    public async Task A_model_moves_between_repositories_of_any_kind_and_back_unchanged()
    {
        await using var folder = await RepositoryUnderTest.StartAsync("folder");
        await using var store = await RepositoryUnderTest.StartAsync("s3");
        await using var registry = await RepositoryUnderTest.StartAsync("oci");
        await using var first = folder.Open();
        var published = await folder.PublishAsync(first, "v1", s_first);
        (RepositoryUnderTest Under, IModelRepository Repository) from = (folder, first);
        foreach (var target in (RepositoryUnderTest[])[store, registry, folder])
        {
            var to = target.Open();
            await using var session = await from.Under.ConnectAsync(await from.Repository.SourceOfAsync("llama", "v1", CancellationToken.None));
            session.Files.ShouldAllBe(file => file.Digest != null, "a version says what its files hash to, wherever it is");
            (await to.PublishAsync(published, session, null, CancellationToken.None)).HasFilesOf(published).ShouldBeTrue();
            from = (target, to);
        }

        (await folder.ReadAsync(from.Repository, "v1")).ShouldBe(s_first);
    }

    [Fact]
    public async Task A_model_that_another_repository_of_the_registry_has_is_not_sent_again()
    {
        await using var under = await RepositoryUnderTest.StartAsync("oci");
        await using var repository = under.Open();
        var published = await under.PublishAsync(repository, "v1", s_first);
        await using var session = new UnreadableSession(await under.ConnectAsync(await repository.SourceOfAsync("llama", "v1", CancellationToken.None)));

        // Only what the session is of lets it be mounted: one that hides it has to be read.
        await Should.ThrowAsync<RepositoryException>(repository.PublishAsync(published with { Name = "other" }, session, null, CancellationToken.None));
        await repository.PublishAsync(published with { Name = "copy" }, session.Inner, null, CancellationToken.None);

        (await repository.FindAsync("copy", "v1", CancellationToken.None)).ShouldNotBeNull().HasFilesOf(published).ShouldBeTrue();
    }

    [Fact]
    public async Task A_repository_that_was_laid_out_by_hand_is_accepted()
    {
        await using var under = await RepositoryUnderTest.StartAsync("folder");
        await using var repository = under.Open();
        Write("models/llama/tags/latest", "2024-01-15\n"u8);
        Write("models/llama/2024-01-15/model.gguf", s_first);

        (await repository.FindTagAsync("llama", "latest", CancellationToken.None)).ShouldBe("2024-01-15");
        (await repository.VersionsAsync("llama", CancellationToken.None)).ShouldBe(["2024-01-15"]);
        (await under.ReadAsync(repository, "2024-01-15")).ShouldBe(s_first);
        await repository.TagAsync("llama", "stable", "2024-01-15", CancellationToken.None);

        Write("models/llama/tags/odd", "not a version\n"u8);
        (await Should.ThrowAsync<RepositoryException>(repository.FindTagAsync("llama", "odd", CancellationToken.None))).Message.ShouldContain("llama:odd");

        void Write(string key, ReadOnlySpan<byte> bytes)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(under.Folder, key))!);
            File.WriteAllBytes(Path.Combine(under.Folder, key), bytes);
        }
    }

    [Theory]
    [InlineData("s3", true)]
    [InlineData("ceph", true)]
    [InlineData("oci", true)]
    [InlineData("folder", false)]
    public async Task A_tag_is_asked_only_whether_it_changed_where_the_place_knows_such_questions(string kind, bool isKnown)
    {
        await using var under = await RepositoryUnderTest.StartAsync(kind);
        await using var repository = under.Open();
        await under.PublishAsync(repository, "v1", s_first);
        await under.PublishAsync(repository, "v2", Bytes(2, 5000));
        (await repository.FindTagAsync("llama", "latest", null, CancellationToken.None)).ShouldBeNull();
        await repository.TagAsync("llama", "latest", "v1", CancellationToken.None);

        var first = (await repository.FindTagAsync("llama", "latest", null, CancellationToken.None)).ShouldNotBeNull();
        first.Version.ShouldBe("v1");
        (first.Validator is not null).ShouldBe(isKnown);
        ReferenceEquals(await repository.FindTagAsync("llama", "latest", first, CancellationToken.None), first).ShouldBe(isKnown, "what is unchanged is not read again");
        await repository.TagAsync("llama", "latest", "v2", CancellationToken.None);
        (await repository.FindTagAsync("llama", "latest", first, CancellationToken.None))!.Version.ShouldBe("v2");
        if (kind != "oci")
        {
            // This registry takes no tag away.
            await repository.UntagAsync("llama", "latest", CancellationToken.None);
            (await repository.FindTagAsync("llama", "latest", first, CancellationToken.None)).ShouldBeNull();
        }
    }

    [Fact]
    public async Task What_writers_left_behind_that_were_killed_goes_with_the_rest_when_it_is_old()
    {
        await using var under = await RepositoryUnderTest.StartAsync("folder");
        await using var repository = under.Open();
        await under.PublishAsync(repository, "v1", s_first);
        var partial = Path.Combine(under.Folder, "models/llama/v2/.model.gguf.0123.partial");
        var incoming = Path.Combine(under.Folder, RepositoryNames.Incoming());
        Directory.CreateDirectory(Path.GetDirectoryName(partial)!);
        Directory.CreateDirectory(incoming);
        await File.WriteAllTextAsync(partial, "half", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(incoming, "entry-0"), "half", TestContext.Current.CancellationToken);
        (await repository.ModelsAsync(CancellationToken.None)).ShouldBe(["llama"]);
        var now = TimeProvider.System.GetUtcNow();

        await repository.CollectAsync("llama", new CollectOptions(9, TimeSpan.FromHours(1), false, now), CancellationToken.None);
        (File.Exists(partial), Directory.Exists(incoming)).ShouldBe((true, true), "they may still be written");
        await repository.CollectAsync("llama", new CollectOptions(9, TimeSpan.FromHours(1), true, now.AddHours(2)), CancellationToken.None);
        (File.Exists(partial), Directory.Exists(incoming)).ShouldBe((true, true), "it was only asked");
        await repository.CollectAsync("llama", new CollectOptions(9, TimeSpan.FromHours(1), false, now.AddHours(2)), CancellationToken.None);

        (File.Exists(partial), Directory.Exists(incoming)).ShouldBe((false, false));
        (await under.ReadAsync(repository, "v1")).ShouldBe(s_first);
    }

    [Fact]
    public async Task A_version_whose_files_are_not_what_its_manifest_says_is_not_read()
    {
        await using var under = await RepositoryUnderTest.StartAsync("folder");
        await using var repository = under.Open();
        await under.PublishAsync(repository, "v1", s_first);
        File.AppendAllText(Path.Combine(under.Folder, "models/llama/v1/model.gguf"), "more");

        var result = await new LlmKube.Models.Backends.Local.LocalBackend(["/"]).ConnectAsync(await repository.SourceOfAsync("llama", "v1", CancellationToken.None), new ConnectOptions(), CancellationToken.None);

        result.ShouldBeOfType<ConnectResult.Failed>().Failure.Message.ShouldContain("llama@v1 lists model.gguf with 300000 bytes");
    }

    private static byte[] Bytes(int seed, int count)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A source whose files cannot be read.</summary>
    private sealed class UnreadableSession(IModelSession inner) : IModelSession
    {
        public IModelSession Inner => inner;

        public string Revision => inner.Revision;

        public IReadOnlyList<RemoteFile> Files => inner.Files;

        public Task<OpenResult> OpenAsync(RemoteFile file, long offset, long? length, CancellationToken cancellationToken) =>
            Task.FromResult<OpenResult>(new OpenResult.Failed(new ModelFailure(FailureKind.Forbidden, "it is not to be read")));

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    /// <summary>A source whose reader is gone after so many bytes.</summary>
    private sealed class CutSession(IModelSession inner, long after) : IModelSession
    {
        public string Revision => inner.Revision;

        public IReadOnlyList<RemoteFile> Files => inner.Files;

        public async Task<OpenResult> OpenAsync(RemoteFile file, long offset, long? length, CancellationToken cancellationToken) => file.Path == "model.gguf" && offset >= after
            ? throw new InvalidOperationException("killed")
            : await inner.OpenAsync(file, offset, length, cancellationToken) is OpenResult.Opened opened && file.Path == "model.gguf" ? new OpenResult.Opened(new CutStream(opened.Content, after), opened.Offset)
            : throw new InvalidOperationException("killed");

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class CutStream(Stream inner, long after) : MemoryStream
    {
        private long _read;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer[..Math.Min(buffer.Length, 16 * 1024)], cancellationToken);
            return (_read += read) > after ? throw new InvalidOperationException("killed") : read;
        }
    }
}
