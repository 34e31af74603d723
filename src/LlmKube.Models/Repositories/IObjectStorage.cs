using LlmKube.Models.Sources;

namespace LlmKube.Models.Repositories;

/// <summary>An object of a storage.</summary>
/// <param name="Key">Its path, with forward slashes.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">When it was written; null where the storage does not say.</param>
internal sealed record ObjectEntry(string Key, long Size, DateTimeOffset? Modified);

/// <summary>A small object as it was read.</summary>
/// <param name="Bytes">What it has; null where there is none, or it is unchanged.</param>
/// <param name="Validator">Its entity tag; null where the storage has none.</param>
/// <param name="IsUnchanged">Whether it is what it was.</param>
internal readonly record struct ObjectRead(byte[]? Bytes, string? Validator, bool IsUnchanged);

/// <summary>Objects by key, as a folder or a bucket keeps them. Each is written whole or not at all. Failures are <see cref="RepositoryException"/>s.</summary>
internal interface IObjectStorage : IAsyncDisposable
{
    /// <summary>Where it is, as it may be shown.</summary>
    string Place { get; }

    /// <summary>The objects whose keys begin with a prefix that ends with a slash, in ordinal order.</summary>
    Task<IReadOnlyList<ObjectEntry>> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>A small object; null where there is none.</summary>
    Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>The same, unless it is still what it was when it had that validator.</summary>
    async Task<ObjectRead> ReadAsync(string key, string? validator, CancellationToken cancellationToken) => new(await ReadAsync(key, cancellationToken), null, IsUnchanged: false);

    /// <summary>Opens an object; null where there is none.</summary>
    Task<Stream?> OpenAsync(string key, CancellationToken cancellationToken);

    /// <summary>Writes a small object that is not there yet; false where it is.</summary>
    Task<bool> CreateAsync(string key, byte[] bytes, CancellationToken cancellationToken);

    /// <summary>Writes a small object in the place of what is there.</summary>
    Task ReplaceAsync(string key, byte[] bytes, CancellationToken cancellationToken);

    /// <summary>Writes an object of any size that is not there yet; false where it is.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="size">How many bytes the stream has.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="cancellationToken">Ends it; nothing is left then.</param>
    Task<bool> UploadAsync(string key, long size, Stream content, CancellationToken cancellationToken);

    /// <summary>Takes an object away; one that is not there is no failure.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>Takes away what writers left behind that were killed before a moment. A store that shows no such thing has none of it to take away.</summary>
    Task CleanAsync(DateTimeOffset before, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The source that has all objects below a prefix.</summary>
    ModelSource SourceOf(string prefix);
}
