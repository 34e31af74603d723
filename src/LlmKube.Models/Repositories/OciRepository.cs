using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Oci;
using LlmKube.Models.Oci;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Repositories;

/// <summary>
/// A repository in a registry: a model is a repository below the prefix, a version and a tag are tags of it. Which tags are versions is
/// said by the manifest's annotation <c>org.opencontainers.image.version</c>; an artifact without one has its tag for a version.
/// </summary>
internal sealed class OciRepository(string registry, string prefix, RegistryOptions options, TimeProvider time) : IModelRepository
{
    private readonly Dictionary<string, RegistryClient> _clients = new(StringComparer.Ordinal);

    public string Place => $"oci://{registry}/{prefix}".TrimEnd('/');

    public async Task<IReadOnlyList<string>> ModelsAsync(CancellationToken cancellationToken)
    {
        var (names, failure) = await ClientOf("catalog").ListRepositoriesAsync(cancellationToken);
        return names is null
            ? throw new RepositoryException(failure!)
            : [.. names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]).Where(RepositoryNames.IsModel).Order(StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyList<string>> VersionsAsync(string model, CancellationToken cancellationToken) =>
        [.. (await SurveyAsync(model, cancellationToken)).Select(one => one.Version).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public async Task<IReadOnlyDictionary<string, string>> TagsAsync(string model, CancellationToken cancellationToken) =>
        (await SurveyAsync(model, cancellationToken)).Where(one => one.Tag != one.Version).ToDictionary(one => one.Tag, one => one.Version, StringComparer.Ordinal);

    public async Task<NamedVersion?> FindTagAsync(string model, string tag, NamedVersion? known, CancellationToken cancellationToken)
    {
        RepositoryNames.CheckTag(tag);
        if (known?.Validator is { } digest && await ClientOf(model).IsStillAsync(tag, digest, cancellationToken))
        {
            return known;
        }

        return await ManifestAsync(model, tag, cancellationToken) is var (descriptor, manifest, _) ? new NamedVersion(VersionOf(manifest, tag), descriptor.Digest) : null;
    }

    public async Task<VersionManifest?> FindAsync(string model, string version, CancellationToken cancellationToken)
    {
        RepositoryNames.CheckVersion(version);
        if (await ManifestAsync(model, version, cancellationToken) is not var (_, manifest, _))
        {
            return null;
        }

        var (files, problem) = OciModelFiles.Of(manifest);
        if (problem is not null)
        {
            throw new RepositoryException(FailureKind.Invalid, $"{Place}/{model}:{version} is no model that is understood: {problem}");
        }

        var config = await ConfigAsync(model, manifest, cancellationToken);
        return new VersionManifest
        {
            Name = model,
            Version = version,
            Files = [.. files.Select(file => new VersionFile(file.Path, file.Layer.Size, OciDigest.HexOf(file.Layer.Digest)))],
            Source = manifest.Annotations?.GetValueOrDefault(ModelPack.SourceAnnotation),
            License = manifest.Annotations?.GetValueOrDefault(OciAnnotations.Licenses),
            Created = DateTimeOffset.TryParse(Text(config, "descriptor", "createdAt"), CultureInfo.InvariantCulture, out var created) ? created : null,
            Format = Text(config, "config", "format"),
            Quantization = Text(config, "config", "quantization"),
        };
    }

    public async Task<IReadOnlyList<string>> PathsAsync(string model, string version, CancellationToken cancellationToken) =>
        [.. ((await FindAsync(model, version, cancellationToken))?.Files ?? []).Select(file => file.Path).Order(StringComparer.Ordinal)];

    public async Task<ModelSource> SourceOfAsync(string model, string version, CancellationToken cancellationToken)
    {
        RepositoryNames.CheckVersion(version);
        var digest = await ManifestAsync(model, version, cancellationToken) is var (descriptor, _, _) ? descriptor.Digest : throw Absent(model, version);
        return new ModelSource.Oci($"{registry}/{prefix}{model}@{digest}");
    }

    public async Task<VersionManifest> PublishAsync(VersionManifest described, IModelSession content, Action<long>? progress, CancellationToken cancellationToken)
    {
        RepositoryNames.CheckVersion(described.Version);
        var client = ClientOf(described.Name);
        var known = await FindAsync(described.Name, described.Version, cancellationToken);
        if (known is not null)
        {
            var files = new List<VersionFile>();
            foreach (var file in content.Files)
            {
                files.Add(await RepositoryFiles.DescribeAsync(content, file, progress, cancellationToken));
            }

            return known.HasFilesOf(described with { Files = files })
                ? known
                : throw new RepositoryException(FailureKind.Refused, $"the version {described.Name}@{described.Version} is in {Place} already, with other files. A version never changes: publish another one.");
        }

        var said = new ModelPackDescription
        {
            Files = [], Name = described.Name, Version = described.Version, Source = described.Source, License = described.License, Created = described.Created, Format = described.Format, Quantization = described.Quantization,
        };
        var (_, sent) = await new ArtifactPusher(client).PushAsync(content, said, ArtifactFormat.ModelPack, ImageLayout.Root, described.Version, progress, cancellationToken);
        return described with { Files = sent };
    }

    public async Task TagAsync(string model, string tag, string version, CancellationToken cancellationToken)
    {
        RepositoryNames.CheckTag(tag);
        RepositoryNames.CheckVersion(version);
        if (await ManifestAsync(model, version, cancellationToken) is not var (descriptor, manifest, bytes))
        {
            throw Absent(model, version);
        }

        // A tag that is itself the name of a version would become that version.
        if (await ManifestAsync(model, tag, cancellationToken) is var (_, there, _) && VersionOf(there, tag) == tag && VersionOf(manifest, version) != tag)
        {
            throw new RepositoryException(FailureKind.Refused, $"{tag} is the name of a version of {model} in {Place}, and a version never changes. Choose another tag.");
        }

        await Patience.AskAsync(
            async () =>
            {
                RepositoryException.ThrowIf(await ClientOf(model).PushManifestAsync(tag, descriptor, bytes, cancellationToken));
                return true;
            },
            time,
            cancellationToken);
    }

    public async Task UntagAsync(string model, string tag, CancellationToken cancellationToken)
    {
        RepositoryNames.CheckTag(tag);
        RepositoryException.ThrowIf(await ClientOf(model).DeleteManifestAsync(tag, cancellationToken));
    }

    public async Task<IReadOnlyList<string>> CollectAsync(string model, CollectOptions options, CancellationToken cancellationToken)
    {
        var survey = await SurveyAsync(model, cancellationToken);
        var tagged = survey.Where(one => one.Tag != one.Version).Select(one => one.Digest).ToHashSet(StringComparer.Ordinal);
        var candidates = new List<(string Version, string Digest, DateTimeOffset Created)>();
        foreach (var (version, _, digest) in survey.Where(one => one.Tag == one.Version && !tagged.Contains(one.Digest)))
        {
            candidates.Add((version, digest, (await FindAsync(model, version, cancellationToken))?.Created ?? options.Now));
        }

        var gone = new List<string>();
        foreach (var (version, digest, _) in candidates.OrderByDescending(one => one.Created).Skip(options.Keep).Where(one => options.Now - one.Created >= options.OlderThan))
        {
            if (!options.DryRun)
            {
                // A manifest goes with all its tags: it is asked once more whether it has any.
                if ((await SurveyAsync(model, cancellationToken)).Any(one => one.Digest == digest && one.Tag != one.Version))
                {
                    continue;
                }

                RepositoryException.ThrowIf(await ClientOf(model).DeleteManifestAsync(digest, cancellationToken));
            }

            gone.Add(version);
        }

        return gone;
    }

    public ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private static string VersionOf(OciManifest manifest, string tag) =>
        manifest.Annotations?.GetValueOrDefault(OciAnnotations.Version) is { } version && RepositoryNames.IsVersion(version) ? version : tag;

    private static string? Text(JsonObject? config, string section, string field) =>
        config?[section] is JsonObject fields && fields[field] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private RepositoryException Absent(string model, string version) =>
        new(FailureKind.NotFound, $"{Place} has no version {version} of {model}. llmkube repo show lists those that it has.");

    private RegistryClient ClientOf(string model)
    {
        if (_clients.TryGetValue(model, out var known))
        {
            return known;
        }

        RepositoryNames.CheckModel(model);
        if (ImageReference.Parse($"{registry}/{prefix}{model}") is not { } image)
        {
            throw new RepositoryException(FailureKind.Invalid, $"{registry}/{prefix}{model} is no name that a registry takes: it is lower-case letters, digits, '.', '_' and '-'.");
        }

        var (client, failure) = RegistryClient.Create(image, options, time);
        RepositoryException.ThrowIf(failure);
        return _clients[model] = client!;
    }

    /// <summary>All tags, each with the version that it names.</summary>
    private async Task<IReadOnlyList<(string Version, string Tag, string Digest)>> SurveyAsync(string model, CancellationToken cancellationToken)
    {
        var (tags, failure) = await ClientOf(model).ListTagsAsync(cancellationToken);
        RepositoryException.ThrowIf(failure);
        var found = new List<(string Version, string Tag, string Digest)>();
        foreach (var tag in tags!.Where(RepositoryNames.IsTag))
        {
            if (await ManifestAsync(model, tag, cancellationToken) is var (descriptor, manifest, _))
            {
                found.Add((VersionOf(manifest, tag), tag, descriptor.Digest));
            }
        }

        return found;
    }

    private async Task<(OciDescriptor Descriptor, OciManifest Manifest, byte[] Bytes)?> ManifestAsync(string model, string name, CancellationToken cancellationToken)
    {
        return await Patience.AskAsync(FindAsync, time, cancellationToken);

        async Task<(OciDescriptor Descriptor, OciManifest Manifest, byte[] Bytes)?> FindAsync()
        {
            var (descriptor, bytes, failure) = await ClientOf(model).GetManifestAsync(name, cancellationToken);
            if (failure is { Kind: FailureKind.NotFound })
            {
                return null;
            }

            RepositoryException.ThrowIf(failure);
            return OciJson.ReadManifest(bytes) is { } manifest
                ? (descriptor!, manifest, bytes)
                : throw new RepositoryException(FailureKind.Invalid, $"{Place}/{model}:{name} is no model: its manifest is of the type {descriptor!.MediaType}.");
        }
    }

    private async Task<JsonObject?> ConfigAsync(string model, OciManifest manifest, CancellationToken cancellationToken)
    {
        if (manifest.Config.Size > OciJson.MostBytes)
        {
            return null;
        }

        var (stream, failure) = await ClientOf(model).OpenBlobAsync(manifest.Config, cancellationToken);
        RepositoryException.ThrowIf(failure);
        await using (stream)
        {
            var bytes = new byte[manifest.Config.Size];
            var read = await stream!.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
            return read == bytes.Length && OciDigest.Of(bytes) == manifest.Config.Digest ? ModelPack.ReadConfig(bytes) : null;
        }
    }
}
