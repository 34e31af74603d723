using System.Text.Json;
using System.Text.Json.Serialization;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Repositories;

/// <summary>
/// What is told of a repository in a folder to those that cannot see the folder: names, sizes, tags and manifests, and no byte of a model.
/// <c>GET /list?prefix=models/</c> answers the objects below a prefix, <c>GET /object?key=models/llama/tags/latest</c> a tag or a manifest.
/// </summary>
/// <param name="root">The folder in which the repository begins.</param>
public sealed class RepositoryIndex(string root)
{
    public const string ListPath = "/list";
    public const string ObjectPath = "/object";
    public const string Prefix = "prefix";
    public const string Key = "key";

    private readonly string _root = Path.GetFullPath(root);

    /// <summary>The objects below a prefix, as JSON; null for a prefix of none of a repository's folders.</summary>
    /// <exception cref="RepositoryException">The folder cannot be read.</exception>
    public async Task<byte[]?> ListAsync(string? prefix, CancellationToken cancellationToken)
    {
        if (prefix?.StartsWith(RepositoryNames.ModelsFolder, StringComparison.Ordinal) != true || !prefix.EndsWith('/') || !RelativePath.IsSafe(prefix))
        {
            return null;
        }

        await using var storage = new FolderStorage(_root);
        return JsonSerializer.SerializeToUtf8Bytes(await storage.ListAsync(prefix, cancellationToken), RepositoryIndexJson.Default.IReadOnlyListObjectEntry);
    }

    /// <summary>The bytes of a tag or a manifest; null for what is neither, or not there.</summary>
    /// <exception cref="RepositoryException">It cannot be read.</exception>
    public async Task<byte[]?> FindAsync(string? key, CancellationToken cancellationToken)
    {
        if (key is null || !RelativePath.IsSafe(key) || RepositoryNames.Split(key) is not ((_, null, _) or (_, _, VersionManifest.FileName)))
        {
            return null;
        }

        await using var storage = new FolderStorage(_root);
        return await storage.ReadAsync(key, cancellationToken);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<ObjectEntry>))]
internal sealed partial class RepositoryIndexJson : JsonSerializerContext;
