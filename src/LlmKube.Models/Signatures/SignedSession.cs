using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;

namespace LlmKube.Models.Signatures;

/// <summary>A source with a signature beside its files.</summary>
public sealed class SignedSession : IModelSession
{
    private readonly IModelSession _content;
    private readonly byte[] _signature;

    private SignedSession(IModelSession content, IReadOnlyList<VersionFile> files, byte[] signature)
    {
        (_content, _signature) = (content, signature);
        Files =
        [
            .. content.Files.Where(file => file.Path != ModelSignature.FileName).Select(file => file with { SizeBytes = files.First(one => one.Path == file.Path).Size, Digest = ContentDigest.Sha256(files.First(one => one.Path == file.Path).Sha256) }),
            new RemoteFile(ModelSignature.FileName) { SizeBytes = signature.Length, AcceptsRanges = true },
        ];
    }

    public string Revision => _content.Revision;

    public IReadOnlyList<RemoteFile> Files { get; }

    /// <summary>Signs what a source has; files that do not announce their digests are read once for it. The source belongs to what is returned.</summary>
    /// <exception cref="ArgumentException">The key is none.</exception>
    /// <exception cref="RepositoryException">A file could not be read.</exception>
    public static async Task<SignedSession> SignAsync(IModelSession content, string name, string privateKeyPem, CancellationToken cancellationToken)
    {
        var files = new List<VersionFile>();
        foreach (var file in content.Files.Where(file => file.Path != ModelSignature.FileName))
        {
            files.Add(await RepositoryFiles.DescribeAsync(content, file, null, cancellationToken));
        }

        return new SignedSession(content, files, ModelSignature.Sign(name, files, privateKeyPem));
    }

    public Task<OpenResult> OpenAsync(RemoteFile file, long offset, long? length, CancellationToken cancellationToken) => file.Path == ModelSignature.FileName
        ? Task.FromResult(OpenResult.Of(_signature, offset))
        : _content.OpenAsync(file, offset, length, cancellationToken);

    public ValueTask DisposeAsync() => _content.DisposeAsync();
}
