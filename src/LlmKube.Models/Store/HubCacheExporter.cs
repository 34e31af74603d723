using LlmKube.Models.Backends.HuggingFace;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Store;

/// <summary>Copies a model of a Hub out of the store in the layout in which the Hub's own clients keep theirs.</summary>
public static class HubCacheExporter
{
    /// <summary>Writes blobs, the snapshot that links to them, and the branch's name for it, in that order: a client sees a whole snapshot or none.</summary>
    /// <returns>What is wrong, in a sentence; null when everything was copied.</returns>
    public static async Task<string?> ExportAsync(ModelStoreLayout layout, StoredModel model, string cacheFolder, CancellationToken cancellationToken)
    {
        if (ModelSourceParser.Parse(model.Source) is not SourceParseResult.Parsed { Source: ModelSource.HuggingFace hub } || model.Revision is not { Length: 40 } commit)
        {
            return $"{model.Source} is not from a Hugging Face Hub, so there is no place for it in a cache of its clients. Export it without --hub-cache.";
        }

        var repo = HubCache.FolderOf(cacheFolder, hub.Repo);
        var incoming = Path.Combine(repo, $".llmkube-{model.Key}");
        if (await ModelExporter.ExportAsync(layout, model, incoming, null, cancellationToken) is { } problem)
        {
            ModelStore.DeleteFolder(incoming);
            return problem;
        }

        var prefix = hub.File is { } named ? (model.Files.Count == 1 || HubChoice.IsOfSet(named) ? named[..(named.LastIndexOf('/') + 1)] : named.TrimEnd('/') + "/") : "";
        Directory.CreateDirectory(Path.Combine(repo, "blobs"));
        foreach (var file in model.Files)
        {
            var blob = file.Validator?.Split(':') is [_, var tag] ? tag : file.Sha256!;
            File.Move(Path.Combine(incoming, file.Path), Path.Combine(repo, "blobs", blob), overwrite: true);
            var name = Path.Combine(repo, "snapshots", commit, prefix + file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(name)!);
            File.Delete(name);
            File.CreateSymbolicLink(name, Path.GetRelativePath(Path.GetDirectoryName(name)!, Path.Combine(repo, "blobs", blob)));
        }

        ModelStore.DeleteFolder(incoming);
        var reference = Path.Combine(repo, "refs", hub.Revision ?? "main");
        Directory.CreateDirectory(Path.GetDirectoryName(reference)!);
        await File.WriteAllTextAsync(reference, commit, cancellationToken);
        return null;
    }
}
