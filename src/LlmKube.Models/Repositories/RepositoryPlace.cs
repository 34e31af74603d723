using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Backends.Oci;
using LlmKube.Models.Backends.S3;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Repositories;

/// <summary>Where a repository is: a folder, a claim of a cluster, a bucket with a prefix, or a registry with a path.</summary>
public sealed record RepositoryPlace
{
    private const string Marker = "x";
    private static readonly string[] s_wholes = ["s3://", "oci://", "pvc://"];

    private RepositoryPlace(ModelSource origin) => Origin = origin;

    /// <summary>The place as a source: its path, key or image is where the repository begins.</summary>
    public ModelSource Origin { get; }

    /// <summary>Reads <c>/path</c>, <c>file:///path</c>, <c>s3://bucket/prefix?endpoint=…</c>, <c>oci://registry/path</c>, <c>pvc://claim/path</c>; or says what is wrong.</summary>
    public static (RepositoryPlace? Place, string? Problem) Parse(string text)
    {
        // A bucket, a registry or a claim alone is a place, and no source.
        var query = text.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? text[at..] : "";
        var path = text[..(text.Length - query.Length)].TrimEnd('/');
        var isObject = s_wholes.Any(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));
        return ModelSourceParser.Parse(isObject ? $"{path}/{Marker}{query}" : path) switch
        {
            SourceParseResult.Parsed { Source: ModelSource.Local local } => (new RepositoryPlace(local), null),
            SourceParseResult.Parsed { Source: ModelSource.S3 s3 } => (new RepositoryPlace(s3 with { Key = s3.Key[..^Marker.Length] }), null),
            SourceParseResult.Parsed { Source: ModelSource.Oci oci } => (new RepositoryPlace(new ModelSource.Oci(oci.Image[..^Marker.Length])), null),
            SourceParseResult.Parsed { Source: ModelSource.Pvc claim } => (new RepositoryPlace(claim with { Path = claim.Path[..^Marker.Length].TrimEnd('/') }), null),
            _ => (null, $"'{Redact.Source(text)}' is no place of a repository. Write /path, s3://bucket/prefix or oci://registry/path."),
        };
    }

    /// <summary>Reaches it. The repository is the caller's to dispose of.</summary>
    /// <param name="network">What connections are allowed.</param>
    /// <param name="connect">Credentials, as a source's Secret has them.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="RepositoryException">The credentials or the address make no sense.</exception>
    public IModelRepository Open(NetworkOptions network, ConnectOptions connect, TimeProvider time)
    {
        switch (Origin)
        {
            case ModelSource.Local local:
                return new ObjectRepository(new FolderStorage(Path.GetFullPath(local.Path)));
            case ModelSource.S3 s3:
                var (place, problem) = S3Place.Of(s3, connect.Credentials);
                var (client, failure) = place is null ? (null, new ModelFailure(FailureKind.Invalid, $"{this} cannot be reached: {problem}")) : NetworkClient.Create(network, connect, s3);
                return client is null ? throw new RepositoryException(failure!) : new ObjectRepository(new S3Storage(client, new S3Client(client, place!, S3Backend.CredentialsOf(connect), time), s3, s3.Key, time));
            case ModelSource.Oci oci:
                var slash = oci.Image.IndexOf('/', StringComparison.Ordinal);
                return connect.Offline
                    ? throw new RepositoryException(FailureKind.Offline, $"{this} was not asked: this installation is offline.")
                    : new OciRepository(oci.Image[..slash], oci.Image[(slash + 1)..], OciBackend.OptionsOf(network, oci.Image[..slash], connect), time);
            case ModelSource.Pvc:
                throw new RepositoryException(FailureKind.Refused, $"{this} is a claim, which is reached where it is mounted.");
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Opens the repository of a claim in the folder that the claim is mounted at.</summary>
    /// <param name="mounted">Where the whole claim is.</param>
    public IModelRepository OpenMounted(string mounted) =>
        new ObjectRepository(new ClaimStorage(new FolderStorage(Path.GetFullPath(Path.Combine(mounted, Claim.Path))), Claim));

    /// <summary>Opens the repository of a claim, read-only, through whoever has it mounted and serves its <see cref="RepositoryIndex"/>.</summary>
    /// <param name="client">Sends the requests; it stays the caller's.</param>
    /// <param name="server">The address of the server.</param>
    public IModelRepository OpenServed(HttpClient client, Uri server) => new ObjectRepository(new ClaimStorage(new IndexedStorage(client, server), Claim));

    private ModelSource.Pvc Claim => Origin as ModelSource.Pvc ?? throw new InvalidOperationException($"{this} is no claim.");

    public override string ToString() => Origin switch
    {
        ModelSource.S3 s3 => $"s3://{s3.Bucket}/{s3.Key}".TrimEnd('/'),
        ModelSource.Oci oci => $"oci://{oci.Image}".TrimEnd('/'),
        ModelSource.Pvc claim => $"pvc://{claim.ClaimName}/{claim.Path}".TrimEnd('/'),
        var other => other.ToString(),
    };
}
