using System.Security.Cryptography;
using System.Text;
using LlmKube.Models.Backends;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Repositories;

/// <summary>
/// A repository in a folder or a bucket: <c>models/&lt;name&gt;/tags/&lt;tag&gt;</c> says a version, <c>models/&lt;name&gt;/&lt;version&gt;/…</c> are its files.
/// No object is ever written over but a tag, so that writers of one version cannot mix.
/// </summary>
internal sealed class ObjectRepository(IObjectStorage storage) : IModelRepository
{
    public string Place => storage.Place;

    public async Task<IReadOnlyList<string>> ModelsAsync(CancellationToken cancellationToken) =>
        [.. (await storage.ListAsync(RepositoryNames.ModelsFolder, cancellationToken)).Select(entry => RepositoryNames.Split(entry.Key)?.Model).OfType<string>().Distinct(StringComparer.Ordinal)];

    public async Task<IReadOnlyList<string>> VersionsAsync(string model, CancellationToken cancellationToken)
    {
        RepositoryNames.CheckModel(model);
        return [.. (await storage.ListAsync(RepositoryNames.FolderOf(model), cancellationToken)).Select(entry => RepositoryNames.Split(entry.Key)?.Version).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyDictionary<string, string>> TagsAsync(string model, CancellationToken cancellationToken)
    {
        RepositoryNames.CheckModel(model);
        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in await storage.ListAsync(RepositoryNames.TagsOf(model), cancellationToken))
        {
            if (RepositoryNames.Split(entry.Key) is (_, null, var tag) && await FindTagAsync(model, tag, null, cancellationToken) is { } named)
            {
                tags[tag] = named.Version;
            }
        }

        return tags;
    }

    public async Task<NamedVersion?> FindTagAsync(string model, string tag, NamedVersion? known, CancellationToken cancellationToken)
    {
        RepositoryNames.CheckModel(model);
        RepositoryNames.CheckTag(tag);
        var read = await storage.ReadAsync(RepositoryNames.TagOf(model, tag), known?.Validator, cancellationToken);
        if (read.IsUnchanged || read.Bytes is not { } bytes)
        {
            return read.IsUnchanged ? known : null;
        }

        var version = Encoding.UTF8.GetString(bytes).Trim();
        return RepositoryNames.IsVersion(version)
            ? new NamedVersion(version, read.Validator)
            : throw new RepositoryException(FailureKind.Invalid, $"the tag {model}:{tag} of {Place} does not hold the name of a version. Set it anew: llmkube repo tag.");
    }

    public async Task<VersionManifest?> FindAsync(string model, string version, CancellationToken cancellationToken)
    {
        RepositoryNames.CheckModel(model);
        RepositoryNames.CheckVersion(version);
        return await storage.ReadAsync(RepositoryNames.ManifestOf(model, version), cancellationToken) is { } bytes ? VersionManifest.Read(bytes) : null;
    }

    public async Task<IReadOnlyList<string>> PathsAsync(string model, string version, CancellationToken cancellationToken)
    {
        if (await FindAsync(model, version, cancellationToken) is { } manifest)
        {
            return [.. manifest.Files.Select(file => file.Path).Order(StringComparer.Ordinal)];
        }

        var folder = RepositoryNames.VersionOf(model, version);
        return [.. (await storage.ListAsync(folder, cancellationToken)).Select(entry => entry.Key[folder.Length..])];
    }

    public Task<ModelSource> SourceOfAsync(string model, string version, CancellationToken cancellationToken)
    {
        RepositoryNames.CheckModel(model);
        RepositoryNames.CheckVersion(version);
        return Task.FromResult(storage.SourceOf(RepositoryNames.VersionOf(model, version)));
    }

    public async Task<VersionManifest> PublishAsync(VersionManifest described, IModelSession content, Action<long>? progress, CancellationToken cancellationToken)
    {
        var (model, version) = (described.Name, described.Version);
        RepositoryNames.CheckModel(model);
        RepositoryNames.CheckVersion(version);
        var known = await FindAsync(model, version, cancellationToken);
        var files = new List<VersionFile>();
        foreach (var file in content.Files)
        {
            if (file.Path == VersionManifest.FileName)
            {
                throw new RepositoryException(FailureKind.Invalid, $"the model has a file {VersionManifest.FileName}, which is the repository's own list. Exclude it, or give it another name.");
            }

            files.Add(known is null ? await UploadAsync(model, version, content, file, progress, cancellationToken) : await RepositoryFiles.DescribeAsync(content, file, progress, cancellationToken));
        }

        var wanted = described with { Files = files };
        if (known is null && await storage.CreateAsync(RepositoryNames.ManifestOf(model, version), wanted.ToJson(), cancellationToken))
        {
            return wanted;
        }

        known ??= await FindAsync(model, version, cancellationToken);
        return known is not null && known.HasFilesOf(wanted)
            ? known
            : throw new RepositoryException(FailureKind.Refused, $"the version {model}@{version} is in {Place} already, with other files. A version never changes: publish another one.");
    }

    public async Task TagAsync(string model, string tag, string version, CancellationToken cancellationToken)
    {
        RepositoryNames.CheckTag(tag);
        await CheckIsThereAsync(model, version, cancellationToken);
        await storage.ReplaceAsync(RepositoryNames.TagOf(model, tag), Encoding.UTF8.GetBytes(version + "\n"), cancellationToken);

        // It may have been collected meanwhile; whoever collects looks for tags after it took the manifest away.
        await CheckIsThereAsync(model, version, cancellationToken);
    }

    public Task UntagAsync(string model, string tag, CancellationToken cancellationToken)
    {
        RepositoryNames.CheckModel(model);
        RepositoryNames.CheckTag(tag);
        return storage.DeleteAsync(RepositoryNames.TagOf(model, tag), cancellationToken);
    }

    public async Task<IReadOnlyList<string>> CollectAsync(string model, CollectOptions options, CancellationToken cancellationToken)
    {
        RepositoryNames.CheckModel(model);
        var entries = await storage.ListAsync(RepositoryNames.FolderOf(model), cancellationToken);
        var versions = entries
            .Select(entry => (Entry: entry, RepositoryNames.Split(entry.Key)?.Version))
            .Where(one => one.Version is not null)
            .GroupBy(one => one.Version!, one => one.Entry, StringComparer.Ordinal)
            .Select(group => (Version: group.Key, Entries: group.ToList(), Written: group.Max(entry => entry.Modified ?? options.Now), IsWhole: group.Any(entry => entry.Key == RepositoryNames.ManifestOf(model, group.Key))))
            .OrderByDescending(version => version.Written)
            .ToList();
        var tagged = (await TagsAsync(model, cancellationToken)).Values.ToHashSet(StringComparer.Ordinal);
        var kept = versions.Where(version => version.IsWhole && !tagged.Contains(version.Version)).Take(options.Keep).Select(version => version.Version).ToHashSet(StringComparer.Ordinal);
        var gone = new List<string>();
        foreach (var version in versions.Where(version => !tagged.Contains(version.Version) && !kept.Contains(version.Version) && options.Now - version.Written >= options.OlderThan))
        {
            if (options.DryRun || await RemoveAsync(model, version.Version, version.Entries, cancellationToken))
            {
                gone.Add(version.Version);
            }
        }

        if (!options.DryRun)
        {
            await storage.CleanAsync(options.Now - options.OlderThan, cancellationToken);
        }

        return gone;
    }

    public ValueTask DisposeAsync() => storage.DisposeAsync();

    /// <summary>False where it was tagged at this very moment, and stays.</summary>
    private async Task<bool> RemoveAsync(string model, string version, IReadOnlyList<ObjectEntry> entries, CancellationToken cancellationToken)
    {
        var key = RepositoryNames.ManifestOf(model, version);
        var manifest = await storage.ReadAsync(key, cancellationToken);
        await storage.DeleteAsync(key, cancellationToken);
        if ((await TagsAsync(model, cancellationToken)).Values.Contains(version, StringComparer.Ordinal))
        {
            if (manifest is not null)
            {
                await storage.ReplaceAsync(key, manifest, CancellationToken.None);
            }

            return false;
        }

        foreach (var entry in entries.Where(entry => entry.Key != key))
        {
            await storage.DeleteAsync(entry.Key, cancellationToken);
        }

        return true;
    }

    private async Task CheckIsThereAsync(string model, string version, CancellationToken cancellationToken)
    {
        if (await FindAsync(model, version, cancellationToken) is null && (await storage.ListAsync(RepositoryNames.VersionOf(model, version), cancellationToken)).Count == 0)
        {
            throw new RepositoryException(FailureKind.NotFound, $"{Place} has no version {version} of {model}. llmkube repo show lists those that it has.");
        }
    }

    private async Task<VersionFile> UploadAsync(string model, string version, IModelSession content, RemoteFile file, Action<long>? progress, CancellationToken cancellationToken)
    {
        var key = RepositoryNames.VersionOf(model, version) + file.Path;
        if (file.SizeBytes is not { } size)
        {
            throw Oci.OciUpload.WithoutSize(file);
        }

        await using (var source = new CheckedContent(content, file, progress))
        {
            if (await storage.UploadAsync(key, size, source, cancellationToken))
            {
                var sent = new VersionFile(file.Path, size, source.Sha256);
                return IsAsAnnounced(file, sent) ? sent : throw await RejectAsync(key, file, sent.Sha256, cancellationToken);
            }
        }

        // It is there from an earlier run or of another writer: it has to be the very file.
        var wanted = await RepositoryFiles.DescribeAsync(content, file, progress, cancellationToken);
        return await HashAsync(key, cancellationToken) == wanted.Sha256
            ? wanted
            : throw new RepositoryException(FailureKind.Refused, $"{Place}/{key} is there with other bytes, of a version that was never finished or that somebody else is sending. Publish another version, or clean up with llmkube repo gc.");
    }

    private async Task<RepositoryException> RejectAsync(string key, RemoteFile file, string sent, CancellationToken cancellationToken)
    {
        await storage.DeleteAsync(key, cancellationToken);
        return new RepositoryException(FailureKind.Corrupt, $"{file.Path} came with the SHA-256 {sent}, and its place announces {file.Digest!.Hex}. It was not published. Try again.");
    }

    private static bool IsAsAnnounced(RemoteFile file, VersionFile read) => file.Digest is not { Algorithm: DigestAlgorithm.Sha256 } announced || announced.Hex == read.Sha256;

    private async Task<string?> HashAsync(string key, CancellationToken cancellationToken)
    {
        if (await storage.OpenAsync(key, cancellationToken) is not { } stream)
        {
            return null;
        }

        await using (stream)
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
        }
    }
}
