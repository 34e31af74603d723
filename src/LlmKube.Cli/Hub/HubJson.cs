using System.Text.Json.Nodes;

namespace LlmKube.Cli.Hub;

/// <summary>The documents of a Hub's API. Pure.</summary>
internal static class HubJson
{
    private const int Sha256Digits = 64;
    private const int OidDigits = 40;
    private const int PointerBytes = 135;

    public static JsonObject File(HubFile file)
    {
        var json = new JsonObject { ["type"] = "file", ["oid"] = file.Digest[..OidDigits], ["size"] = file.Size, ["path"] = file.Path };
        if (file.Digest.Length == Sha256Digits)
        {
            json["lfs"] = new JsonObject { ["oid"] = file.Digest, ["size"] = file.Size, ["pointerSize"] = PointerBytes };
        }

        return json;
    }

    /// <summary>The same with the revision that it is of, which a mirror knows no other of.</summary>
    public static JsonObject FileOf(HubFile file, string commit)
    {
        var json = File(file);
        json["lastCommit"] = new JsonObject { ["id"] = commit, ["title"] = "mirrored", ["date"] = "1970-01-01T00:00:00.000Z" };
        return json;
    }

    public static JsonObject Folder(string path) => new() { ["type"] = "directory", ["oid"] = new string('0', OidDigits), ["size"] = 0, ["path"] = path };

    /// <summary>The folders on the way to a file: all of them, or the first.</summary>
    public static IEnumerable<string> FoldersOf(string path, bool all)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = all ? path.IndexOf('/', slash + 1) : -1)
        {
            yield return path[..slash];
        }
    }

    public static JsonObject Info(HubModel model) => new()
    {
        ["_id"] = model.Commit[..24],
        ["id"] = model.Repo,
        ["modelId"] = model.Repo,
        ["author"] = model.Repo.Contains('/', StringComparison.Ordinal) ? model.Repo.Split('/')[0] : null,
        ["sha"] = model.Commit,
        ["private"] = false,
        ["gated"] = false,
        ["disabled"] = false,
        ["tags"] = new JsonArray(),
        ["downloads"] = 0,
        ["likes"] = 0,
        ["siblings"] = new JsonArray([.. model.Files.Select(file => new JsonObject { ["rfilename"] = file.Path })]),
    };

    /// <summary>The file that llama.cpp loads for a tag, which is the name of a quantization or <c>latest</c>; null where there is none.</summary>
    public static JsonObject? Manifest(HubModel model, string tag)
    {
        var weights = model.Files.Where(file => file.Path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)).ToList();
        var projector = weights.Find(IsProjector);
        weights.RemoveAll(IsProjector);
        var chosen = tag == "latest"
            ? weights.Find(file => file.Path.Contains("q4_k_m", StringComparison.OrdinalIgnoreCase)) ?? weights.FirstOrDefault()
            : weights.Find(file => file.Path.Contains(tag, StringComparison.OrdinalIgnoreCase));
        if (chosen is null)
        {
            return null;
        }

        var json = new JsonObject { ["ggufFile"] = Named(chosen) };
        if (projector is not null)
        {
            json["mmprojFile"] = Named(projector);
        }

        return json;
    }

    private static bool IsProjector(HubFile file) => Path.GetFileName(file.Path).Contains("mmproj", StringComparison.OrdinalIgnoreCase);

    private static JsonObject Named(HubFile file) => new() { ["rfilename"] = file.Path, ["size"] = file.Size };
}
