using System.Buffers;
using System.Security.Cryptography;

namespace LlmKube.Models.Store;

/// <summary>Reads a model's files and holds them against the digests that were computed when they arrived. It needs no network.</summary>
public static class StoreVerifier
{
    /// <summary>How many bytes are read at once.</summary>
    private const int BufferBytes = 1024 * 1024;

    /// <summary>What reading one file showed.</summary>
    /// <param name="File">The file as the metadata describes it; its digest is the one just computed where there was none.</param>
    /// <param name="Problem">What is wrong, in words; null where it is as it should be.</param>
    public sealed record Verdict(StoredFile File, string? Problem);

    /// <summary>Verifies each file of a model; <paramref name="progress"/> hears of the bytes read.</summary>
    public static async Task<IReadOnlyList<Verdict>> VerifyAsync(
        ModelStoreLayout layout, StoredModel model, Action<long>? progress, CancellationToken cancellationToken)
    {
        var verdicts = new List<Verdict>(model.Files.Count);
        foreach (var file in model.Files)
        {
            verdicts.Add(await VerifyAsync(layout.ModelFile(model.Key, file.Path)!, file, progress, cancellationToken));
        }

        return verdicts;
    }

    /// <summary>The SHA-256 of a file in lower-case hex digits.</summary>
    public static async Task<string> HashAsync(string path, Action<long>? progress, CancellationToken cancellationToken)
    {
        using var handle = System.IO.File.OpenHandle(path, options: FileOptions.SequentialScan | FileOptions.Asynchronous);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var offset = 0L;
            int read;
            while ((read = await RandomAccess.ReadAsync(handle, buffer.AsMemory(0, BufferBytes), offset, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                offset += read;
                progress?.Invoke(read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static async Task<Verdict> VerifyAsync(string path, StoredFile file, Action<long>? progress, CancellationToken cancellationToken)
    {
        try
        {
            var actual = await HashAsync(path, progress, cancellationToken);
            return file.Sha256 is null || file.Sha256 == actual
                ? new Verdict(file with { Sha256 = actual }, null)
                : new Verdict(file, $"its bytes hash to {actual}, and should to {file.Sha256}: the disk or a program changed them");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Verdict(file, "it is missing");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Verdict(file, $"it cannot be read: {e.Message}");
        }
    }
}
