using LlmKube.TestKit.Sites;

namespace LlmKube.Models.Tests.Backends.HuggingFace;

/// <summary>A folder as the Hub's own clients lay it out.</summary>
internal sealed class HubCacheFolder : IDisposable
{
    public HubCacheFolder()
    {
        Directory.CreateDirectory(Path.Combine(Repo, "blobs"));
        Directory.CreateDirectory(Path.Combine(Repo, "refs"));
        Directory.CreateDirectory(Snapshot);
        File.WriteAllText(Path.Combine(Repo, "refs", "main"), HubSite.Commit);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("llmkube-hub-").FullName;

    public string Repo => Path.Combine(Root, "models--org--model");

    public string Snapshot => Path.Combine(Repo, "snapshots", HubSite.Commit);

    public void Add(string name, byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(Repo, "blobs", "blob-of-" + name), bytes);
        File.CreateSymbolicLink(Path.Combine(Snapshot, name), Path.Combine("..", "..", "blobs", "blob-of-" + name));
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
