using LlmKube.Models.Backends.Http;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Formats;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Backends.S3;

/// <summary>Reaches objects of S3, MinIO, Ceph and their like: one, or all below a prefix.</summary>
public sealed class S3Backend(NetworkOptions network, TimeProvider time) : IModelBackend
{
    public bool Serves(ModelSource source) => source is ModelSource.S3;

    public async Task<ConnectResult> ConnectAsync(ModelSource source, ConnectOptions options, CancellationToken cancellationToken)
    {
        var wanted = (ModelSource.S3)source;
        var (place, problem) = S3Place.Of(wanted, options.Credentials);
        if (place is null)
        {
            return new ConnectResult.Failed(new ModelFailure(FailureKind.Invalid, $"{source} cannot be reached: {problem}"));
        }

        var (client, wrong) = NetworkClient.Create(network, options, source);
        if (client is null)
        {
            return new ConnectResult.Failed(wrong!);
        }

        var (session, failure) = await ConnectAsync(client, place, wanted, options, cancellationToken);
        if (session is not null)
        {
            return await VersionSession.OfAsync(session, options, cancellationToken);
        }

        client.Dispose();
        return new ConnectResult.Failed(failure!);
    }

    private async Task<(IModelSession? Session, ModelFailure? Failure)> ConnectAsync(
        NetworkClient network, S3Place place, ModelSource.S3 wanted, ConnectOptions options, CancellationToken cancellationToken)
    {
        var store = new S3Client(network, place, CredentialsOf(options), time);
        if (!wanted.Key.EndsWith('/'))
        {
            var (file, version, failure, otherRegion) = await store.HeadAsync(wanted.Key, wanted.VersionId, cancellationToken);
            if (otherRegion is not null)
            {
                return await ConnectAsync(network, place with { Region = otherRegion, Endpoint = RegionalEndpoint(place, otherRegion) }, wanted, options, cancellationToken);
            }

            if (file is not null)
            {
                return await SetAsync(network, store, new S3Object(file, wanted.Key, wanted.VersionId ?? version), cancellationToken);
            }

            if (failure is not null || wanted.VersionId is not null)
            {
                return (null, failure ?? Absent(place, wanted));
            }
        }

        return await ListAsync(network, store, wanted, options, cancellationToken);
    }

    /// <summary>One object of a set that counts itself brings the others with it.</summary>
    private async Task<(IModelSession? Session, ModelFailure? Failure)> SetAsync(NetworkClient network, S3Client store, S3Object first, CancellationToken cancellationToken)
    {
        var objects = new List<S3Object> { first };
        foreach (var key in SplitFiles.SetOf(first.Key).Where(key => key != first.Key))
        {
            var (file, version, failure, _) = await store.HeadAsync(key, null, cancellationToken);
            if (file is null)
            {
                return (null, failure ?? new ModelFailure(FailureKind.NotFound, $"the bucket {store.Place.Bucket} at {store.Place.Endpoint} has {first.Key}, and not {key}, which belongs to it."));
            }

            objects.Add(new S3Object(file, key, version));
        }

        return (new S3Session(network, store, [.. objects.OrderBy(one => one.Key, StringComparer.Ordinal)], time), null);
    }

    private async Task<(IModelSession? Session, ModelFailure? Failure)> ListAsync(NetworkClient network, S3Client store, ModelSource.S3 wanted, ConnectOptions options, CancellationToken cancellationToken)
    {
        var prefix = wanted.Key.TrimEnd('/') + "/";
        var (entries, failure) = await store.ListAsync(prefix, cancellationToken);
        if (entries is null)
        {
            return (null, failure);
        }

        // A key that ends with a slash is how consoles draw a folder.
        S3Object[] objects = [.. entries
            .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal) && !entry.Key.EndsWith('/') && VersionSession.Keeps(options, entry.Key[prefix.Length..]))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => new S3Object(new RemoteFile(entry.Key[prefix.Length..]) { SizeBytes = entry.SizeBytes, Validator = entry.ETag, AcceptsRanges = true }, entry.Key, null))];
        return objects.Length > 0 ? (new S3Session(network, store, objects, time), null) : (null, Absent(store.Place, wanted));
    }

    private static ModelFailure Absent(S3Place place, ModelSource.S3 wanted) => new(
        FailureKind.NotFound, $"the bucket {place.Bucket} at {place.Endpoint} has no object {wanted.Key} and none below it. Check the key, and that the credentials may list the bucket.");

    private static Uri RegionalEndpoint(S3Place place, string region) =>
        place.Endpoint.Host.EndsWith(".amazonaws.com", StringComparison.Ordinal) ? new Uri($"https://s3.{region}.amazonaws.com") : place.Endpoint;

    internal static S3Credentials? CredentialsOf(ConnectOptions options) =>
        HttpCredentials.Entry(options.Credentials, "AWS_ACCESS_KEY_ID") is { } access && HttpCredentials.Entry(options.Credentials, "AWS_SECRET_ACCESS_KEY") is { } secret
            ? new S3Credentials(access, secret, HttpCredentials.Entry(options.Credentials, "AWS_SESSION_TOKEN"))
            : null;
}
