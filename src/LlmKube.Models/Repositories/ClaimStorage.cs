using LlmKube.Models.Sources;

namespace LlmKube.Models.Repositories;

/// <summary>Objects of a claim of a cluster, through whatever reaches them here; what is served of them is named as pods find it.</summary>
/// <param name="inner">Reaches them.</param>
/// <param name="claim">The claim, and where in it the repository begins.</param>
internal sealed class ClaimStorage(IObjectStorage inner, ModelSource.Pvc claim) : IObjectStorage
{
    public string Place => $"pvc://{claim.ClaimName}/{claim.Path}".TrimEnd('/');

    public Task<IReadOnlyList<ObjectEntry>> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken) => inner.ReadAsync(key, cancellationToken);

    public Task<ObjectRead> ReadAsync(string key, string? validator, CancellationToken cancellationToken) => inner.ReadAsync(key, validator, cancellationToken);

    public Task<Stream?> OpenAsync(string key, CancellationToken cancellationToken) => inner.OpenAsync(key, cancellationToken);

    public Task<bool> CreateAsync(string key, byte[] bytes, CancellationToken cancellationToken) => inner.CreateAsync(key, bytes, cancellationToken);

    public Task ReplaceAsync(string key, byte[] bytes, CancellationToken cancellationToken) => inner.ReplaceAsync(key, bytes, cancellationToken);

    public Task<bool> UploadAsync(string key, long size, Stream content, CancellationToken cancellationToken) => inner.UploadAsync(key, size, content, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => inner.DeleteAsync(key, cancellationToken);

    public Task CleanAsync(DateTimeOffset before, CancellationToken cancellationToken) => inner.CleanAsync(before, cancellationToken);

    public ModelSource SourceOf(string prefix) => claim with { Path = $"{claim.Path}/{prefix}".Trim('/') };

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
