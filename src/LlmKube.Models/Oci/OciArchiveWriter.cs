using System.Formats.Tar;
using System.Text.Json;
using LlmKube.Models.Backends;
using LlmKube.Models.Store;

namespace LlmKube.Models.Oci;

/// <summary>
/// Writes an OCI image layout as one tar archive (OCI image specification, image layout), as <c>ctr images import</c>, <c>skopeo</c> and
/// <c>podman load</c> take it. Equal content gives equal bytes.
/// </summary>
internal static class OciArchiveWriter
{
    private const string LayoutFile = "oci-layout";
    private const string IndexFile = "index.json";

    /// <summary>Writes it beside <paramref name="path"/> and puts it there when it is whole; each blob is held against its digest on the way.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="index">What it has.</param>
    /// <param name="blobs">The files of all blobs, by digest.</param>
    /// <param name="progress">Told of bytes as they are written.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ModelFailure?> WriteAsync(string path, OciIndex index, IReadOnlyDictionary<string, string> blobs, Action<long>? progress, CancellationToken cancellationToken)
    {
        var partial = path + ".partial";
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            await using (var file = new FileStream(partial, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous))
            {
                await using (var tar = new TarWriter(file, TarEntryFormat.Pax, leaveOpen: true))
                {
                    await AddAsync(tar, LayoutFile, new MemoryStream("""{"imageLayoutVersion":"1.0.0"}"""u8.ToArray()), cancellationToken);
                    await AddAsync(tar, IndexFile, new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(index, OciJson.Default.OciIndex)), cancellationToken);
                    foreach (var (digest, blob) in blobs.OrderBy(entry => entry.Key, StringComparer.Ordinal))
                    {
                        var read = await StoreVerifier.HashAsync(blob, progress, cancellationToken);
                        if (OciDigest.OfHex(read) != digest)
                        {
                            return new ModelFailure(FailureKind.Corrupt, $"{blob} hashes to {OciDigest.OfHex(read)} and should to {digest}. Take it away, and it is brought again.");
                        }

                        await using var content = new FileStream(blob, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
                        await AddAsync(tar, $"blobs/sha256/{OciDigest.HexOf(digest)}", content, cancellationToken);
                    }
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return StoreFailures.From(e, Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static Task AddAsync(TarWriter tar, string name, Stream content, CancellationToken cancellationToken) => tar.WriteEntryAsync(
        new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = (UnixFileMode)0b110_100_100, ModificationTime = DateTimeOffset.UnixEpoch }, cancellationToken);
}
