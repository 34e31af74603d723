using System.Text;
using System.Text.Json;
using LlmKube.Models.Oci;

namespace LlmKube.TestKit;

/// <summary>An image of a few bytes, for two platforms that share a layer.</summary>
public static class TinyImage
{
    /// <summary>What is in the layer that both have.</summary>
    public static byte[] SharedLayer { get; } = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 31))];

    /// <summary>Writes it as an archive; the digest of its index.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="name">The image's name in it; null for none.</param>
    public static async Task<string> WriteAsync(string path, string? name = null)
    {
        var folder = Directory.CreateDirectory(path + ".blobs").FullName;
        var blobs = new Dictionary<string, string>(StringComparer.Ordinal);
        var layer = Add(SharedLayer, "application/vnd.oci.image.layer.v1.tar");
        var manifests = ((string[])["amd64", "arm64"]).Select(architecture =>
        {
            var own = Add(Encoding.UTF8.GetBytes(architecture), "application/vnd.oci.image.layer.v1.tar");
            var config = Add(Encoding.UTF8.GetBytes("{\"os\":\"linux\",\"architecture\":\"" + architecture + "\"}"), "application/vnd.oci.image.config.v1+json");
            var manifest = JsonSerializer.SerializeToUtf8Bytes(new OciManifest { MediaType = OciMediaTypes.Manifest, Config = config, Layers = [layer, own] }, OciJson.Default.OciManifest);
            return Add(manifest, OciMediaTypes.Manifest) with { Platform = new OciPlatform { Architecture = architecture, OperatingSystem = "linux" } };
        }).ToList();
        var index = Add(JsonSerializer.SerializeToUtf8Bytes(new OciIndex { MediaType = OciMediaTypes.Index, Manifests = manifests }, OciJson.Default.OciIndex), OciMediaTypes.Index);
        var root = name is null ? index : index with { Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["org.opencontainers.image.ref.name"] = name } };
        var failure = await OciArchiveWriter.WriteAsync(path, new OciIndex { Manifests = [root] }, blobs, null, CancellationToken.None);
        Directory.Delete(folder, recursive: true);
        return failure is null ? index.Digest : throw new InvalidOperationException(failure.Message);

        OciDescriptor Add(byte[] bytes, string mediaType)
        {
            var digest = OciDigest.Of(bytes);
            blobs[digest] = Path.Combine(folder, OciDigest.HexOf(digest));
            File.WriteAllBytes(blobs[digest], bytes);
            return new OciDescriptor { MediaType = mediaType, Digest = digest, Size = bytes.Length };
        }
    }
}
