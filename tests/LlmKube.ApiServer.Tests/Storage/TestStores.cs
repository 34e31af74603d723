using System.Text.Json.Nodes;
using LlmKube.ApiServer.Storage;
using LlmKube.Kubernetes.Objects;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace LlmKube.ApiServer.Tests.Storage;

/// <summary>Stores on the disk, and the few writes that tests make to them.</summary>
internal sealed class TestStores : IDisposable
{
    public static readonly ResourceCollection Things = new("example.com", "things");

    public string Path { get; } = Directory.CreateTempSubdirectory("llmkube-store-").FullName;

    public string Journal => Directory.GetFiles(Path, "journal-*").ShouldHaveSingleItem();

    public ObjectStore Open(long compactAtBytes = long.MaxValue / 4) => Open(Path, compactAtBytes);

    public static ObjectStore Open(string path, long compactAtBytes = long.MaxValue / 4) => ObjectStore.Open(path, compactAtBytes, 1000, NullLogger.Instance);

    public static StoreKey Key(string name) => new(Things, new ObjectKey("default", name));

    public static JsonObject Thing(string name, int value = 0) => new()
    {
        ["apiVersion"] = "example.com/v1",
        ["kind"] = "Thing",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default", ["uid"] = $"uid-{name}" },
        ["value"] = value,
    };

    public static async Task<StoredObject> PutAsync(ObjectStore store, string name, int value = 0)
    {
        var revision = store.State.Find(Key(name))?.Revision ?? 0;
        return (await store.CommitAsync(new StoreWrite(Key(name), Thing(name, value), revision))).ShouldBeOfType<CommitOutcome.Committed>().Object;
    }

    public static async Task RemoveAsync(ObjectStore store, string name) =>
        (await store.CommitAsync(new StoreWrite(Key(name), null, store.State.Find(Key(name))!.Revision))).ShouldBeOfType<CommitOutcome.Committed>();

    /// <summary>What a store holds: name, value and revision.</summary>
    public static string Describe(StoreState state) => string.Join(
        ' ', state.Of(Things).Values.Select(stored => $"{stored.Key.Object.Name}={stored.Parse()["value"]}@{stored.Revision}"));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
