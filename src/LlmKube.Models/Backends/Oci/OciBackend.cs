using LlmKube.Models.Backends.Http;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Oci;
using LlmKube.Models.Signatures;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Backends.Oci;

/// <summary>Reaches models that are artifacts in an OCI registry. Their files are layers, whose digests prove them.</summary>
public sealed class OciBackend(NetworkOptions network, TimeProvider time) : IModelBackend
{
    /// <summary>Of a layer, to find out what it has: some megabytes.</summary>
    private const int MostPieces = 64;
    private const string DockerConfig = ".dockerconfigjson";

    public bool Serves(ModelSource source) => source is ModelSource.Oci;

    public async Task<ConnectResult> ConnectAsync(ModelSource source, ConnectOptions options, CancellationToken cancellationToken)
    {
        var oci = (ModelSource.Oci)source;
        if (ImageReference.Parse(oci.Image) is not { } named)
        {
            return Failed(FailureKind.Invalid, $"{source} names no artifact of a registry. Write oci://registry/path/name:tag.");
        }

        if (options.Offline)
        {
            return Failed(FailureKind.Offline, $"{source} was not asked: this installation is offline, and what is wanted is not in the store. Import it with \"llmkube cache import\".");
        }

        var image = network.Mirrors.Resolve(named);
        var (client, fault) = RegistryClient.Create(image, OptionsOf(network, image.Registry, options), time);
        if (client is null)
        {
            return new ConnectResult.Failed(fault!);
        }

        var (session, failure) = await SessionAsync(client, image, options, cancellationToken);
        if (session is null)
        {
            client.Dispose();
            return new ConnectResult.Failed(failure!);
        }

        return new ConnectResult.Connected(session);
    }

    private static async Task<(OciSession? Session, ModelFailure? Failure)> SessionAsync(RegistryClient client, ImageReference image, ConnectOptions options, CancellationToken cancellationToken)
    {
        var (descriptor, bytes, failure) = await client.GetManifestAsync(image.Wanted, cancellationToken);
        byte[]? index = null;
        if (descriptor is not null && OciMediaTypes.IsIndex(descriptor.MediaType))
        {
            // An index is for platforms, which weights do not have: the artifact of a model, else its only or first manifest.
            var all = OciJson.ReadIndex(bytes)?.Manifests ?? [];
            if ((all.FirstOrDefault(one => one.ArtifactType == ModelPack.ArtifactType) ?? (all.Count > 0 ? all[0] : null)) is not { } chosen)
            {
                return (null, new ModelFailure(FailureKind.NotFound, $"{image} is an index without any manifest."));
            }

            index = bytes;
            (descriptor, bytes, failure) = await client.GetManifestAsync(chosen.Digest, cancellationToken);
        }

        if (descriptor is null)
        {
            return (null, failure);
        }

        var pin = index is null ? descriptor.Digest : OciDigest.Of(index);
        if (OciJson.ReadManifest(bytes) is not { } manifest)
        {
            return (null, new ModelFailure(FailureKind.Invalid, $"{image} has a manifest that cannot be read ({descriptor.MediaType})."));
        }

        var (layers, problem) = OciModelFiles.Of(manifest);
        if (problem is not null)
        {
            return (null, new ModelFailure(FailureKind.Invalid, $"{image} is no model that is understood: {problem}"));
        }

        if (layers.FirstOrDefault(one => !OciDigest.IsValid(one.Layer.Digest)).Layer is { } odd)
        {
            return (null, new ModelFailure(FailureKind.Invalid, $"{image}: '{odd.Digest}' is no digest that is known here: only sha256 is."));
        }

        var (signature, unread) = options.WantsSignature && layers.All(one => one.Path != ModelSignature.FileName)
            ? await CosignSignatures.FindAsync(client, bytes, index, cancellationToken)
            : (null, null);
        if (unread is not null)
        {
            return (null, unread);
        }

        if (layers.All(one => OciModelFiles.PackingOf(one.Layer) == Packing.None))
        {
            return (new OciSession(client, pin, descriptor.Digest, [.. layers.Where(one => FilePatterns.Chooses(options, one.Path))], packed: null, signature), null);
        }

        var names = await PeekAsync(client, layers, cancellationToken);
        var paths = ImagePaths.Shown(names).Select(one => one.Shown).Where(path => FilePatterns.Chooses(options, path)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return (new OciSession(client, pin, descriptor.Digest, layers, ([.. paths], OciModelFiles.IsImage(manifest) ? ImagePaths.RootOf(names) : null), signature), null);
    }

    /// <summary>The files of which the beginnings of packed layers tell: enough to know what a runtime will open, at the cost of some kilobytes each, as a rule.</summary>
    private static async Task<IReadOnlyList<string>> PeekAsync(RegistryClient client, IReadOnlyList<(string Path, OciDescriptor Layer)> layers, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        foreach (var (path, layer) in layers)
        {
            var packing = OciModelFiles.PackingOf(layer)!.Value;
            var described = new RemoteFile(path) { SizeBytes = layer.Size, AcceptsRanges = true };
            if (packing == Packing.None)
            {
                names.Add(path);
            }
            else
            {
                // Of a plain archive every header is read, wherever it is; of a compressed one only its beginning can be.
                await using var content = new LayerStream(client, described, layer, MostPieces);
                names.AddRange(await LayerUnpacker.PeekAsync(content, packing, cancellationToken));
            }
        }

        return names;
    }

    /// <summary>What the entries of a source's Secret say about a registry.</summary>
    public static RegistryOptions OptionsOf(NetworkOptions network, string registry, ConnectOptions options)
    {
        var users = options.Credentials.GetValueOrDefault(DockerConfig) is { } config ? RegistryCredentials.Parse(config, network.AsksCredentialHelpers) : RegistryCredentials.None;
        if (HttpCredentials.Entry(options.Credentials, "username") is { } user)
        {
            users = users.With(registry, user, HttpCredentials.Entry(options.Credentials, "password") ?? "");
        }

        var trust = options.Credentials.Where(entry => entry.Key is "ca.crt" or "tls.crt" or "tls.key").ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        var plain = HttpCredentials.Entry(options.Credentials, "insecure") == "true" ? [registry] : Array.Empty<string>();
        return new RegistryOptions { Network = network, Credentials = users, Trust = trust, PlainHttp = plain };
    }

    private static ConnectResult.Failed Failed(FailureKind kind, string message) => new(new ModelFailure(kind, message));
}
