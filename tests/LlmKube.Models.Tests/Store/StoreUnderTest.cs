using System.Security.Cryptography;
using LlmKube.Models.Store;
using LlmKube.Models.Transfer;
using LlmKube.TestKit;

namespace LlmKube.Models.Tests.Store;

/// <summary>A store in a folder of its own, and files to put into it.</summary>
internal sealed class StoreUnderTest : IDisposable
{
    public const string Key = "0123456789abcdef";
    public const string OtherKey = "fedcba9876543210";

    public StoreUnderTest()
    {
        Layout = new ModelStoreLayout(Directory.CreateTempSubdirectory("llmkube-store-").FullName);
        Store = new ModelStore(Layout, Time);
    }

    public ManualTime Time { get; } = new();

    public ModelStoreLayout Layout { get; }

    public ModelStore Store { get; }

    public static byte[] Bytes(int seed, int count = 5000)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A file that just arrived in a key's partial folder.</summary>
    public FetchedFile Arrived(string path, byte[] content, string key = Key)
    {
        var local = Path.Combine(Directory.CreateDirectory(Layout.PartialFolder(key)).FullName, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(local, content);
        return new FetchedFile(path, local, content.Length, Sha256(content), "\"etag\"");
    }

    public StoredModel Publish(string key, params (string Path, byte[] Content)[] files) =>
        Store.Publish(key, $"https://user:secret@models.test/{key}?token=secret", "rev-1", [.. files.Select(file => Arrived(file.Path, file.Content, key))]);

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public Task<StoredModel?> FindAsync(string key = Key) => Store.FindAsync(key, CancellationToken.None);

    public void Dispose() => Directory.Delete(Layout.Root, recursive: true);
}
