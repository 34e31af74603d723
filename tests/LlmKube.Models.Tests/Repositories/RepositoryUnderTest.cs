using LlmKube.Models.Backends;
using LlmKube.Models.Backends.HuggingFace;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Repositories;

/// <summary>A repository in a folder, on a real object store or in a real registry, and files to publish.</summary>
internal sealed class RepositoryUnderTest : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-repository-").FullName;
    private readonly List<IAsyncDisposable> _servers = [];
    private Dictionary<string, string> _credentials = [];

    public RepositoryPlace Place { get; private set; } = null!;

    public string Folder => Path.Combine(_folder, "repository");

    public static async Task<RepositoryUnderTest> StartAsync(string kind)
    {
        var repository = new RepositoryUnderTest();
        var place = await repository.PlaceAsync(kind);
        repository.Place = RepositoryPlace.Parse(place).Place.ShouldNotBeNull(place);
        return repository;
    }

    public IModelRepository Open() => Place.Open(new NetworkOptions(), new ConnectOptions { Credentials = _credentials }, TimeProvider.System);

    /// <summary>A source with these files.</summary>
    public Task<IModelSession> FilesAsync(params (string Path, byte[] Bytes)[] files)
    {
        var folder = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        foreach (var (path, bytes) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
            File.WriteAllBytes(Path.Combine(folder, path), bytes);
        }

        return ConnectAsync(new ModelSource.Local(folder));
    }

    public async Task<IModelSession> ConnectAsync(ModelSource source, params string[] include)
    {
        var backend = ModelBackends.All(new NetworkOptions(), new HuggingFaceOptions(), ["/"], TimeProvider.System).First(one => one.Serves(source));
        var result = await backend.ConnectAsync(source, new ConnectOptions { Credentials = _credentials, Include = include }, CancellationToken.None);
        return result.ShouldBeOfType<ConnectResult.Connected>((result as ConnectResult.Failed)?.Failure.Message).Session;
    }

    /// <summary>Publishes a version of one file, or what was refused.</summary>
    public async Task<VersionManifest> PublishAsync(IModelRepository repository, string version, byte[] bytes, string model = "llama")
    {
        await using var session = await FilesAsync(("model.gguf", bytes), ("notes/readme.txt", [1, 2, 3]));
        return await repository.PublishAsync(new VersionManifest { Name = model, Version = version, Files = [], License = "mit", Created = DateTimeOffset.UnixEpoch.AddDays(1000) }, session, null, CancellationToken.None);
    }

    /// <summary>The bytes of a file of a version, as a fetch gets them.</summary>
    public async Task<byte[]> ReadAsync(IModelRepository repository, string version, string path = "model.gguf")
    {
        await using var session = await ConnectAsync(await repository.SourceOfAsync("llama", version, CancellationToken.None));
        var file = session.Files.Single(one => one.Path == path);
        var opened = (await session.OpenAsync(file, 0, null, CancellationToken.None)).ShouldBeOfType<OpenResult.Opened>();
        await using var stream = opened.Content;
        using var kept = new MemoryStream();
        await stream.CopyToAsync(kept, CancellationToken.None);
        return kept.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> PlaceAsync(string kind)
    {
        switch (kind)
        {
            case "s3":
                var (store, noStore) = await S3Server.StartAsync("models");
                Assert.SkipWhen(store is null, noStore ?? "");
                _servers.Add(store!);
                _credentials = new(StringComparer.Ordinal) { ["AWS_ACCESS_KEY_ID"] = S3Server.AccessKey, ["AWS_SECRET_ACCESS_KEY"] = S3Server.SecretKey };
                return $"s3://models/team/a?endpoint={Uri.EscapeDataString(store!.Url.ToString())}";
            case "ceph":
                var (ceph, noCeph) = await CephServer.SharedAsync();
                Assert.SkipWhen(ceph is null, noCeph ?? "");
                _credentials = new(StringComparer.Ordinal) { ["AWS_ACCESS_KEY_ID"] = CephServer.AccessKey, ["AWS_SECRET_ACCESS_KEY"] = CephServer.SecretKey };
                return $"s3://{await ceph!.CreateBucketAsync()}/team/a?endpoint={Uri.EscapeDataString(ceph.Url.ToString())}";
            case "oci":
                var (registry, noRegistry) = await RegistryServer.StartAsync(Checkout.Root);
                Assert.SkipWhen(registry is null, noRegistry ?? "");
                _servers.Add(registry!);
                _credentials = new(StringComparer.Ordinal) { ["username"] = RegistryServer.User, ["password"] = RegistryServer.Password };
                return $"oci://{registry!.Host}/team/a";
            default:
                return Folder;
        }
    }
}
