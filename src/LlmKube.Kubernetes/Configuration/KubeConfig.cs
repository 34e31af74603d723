using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Yaml;

namespace LlmKube.Kubernetes.Configuration;

/// <summary>One or several kubeconfig files as one: for each name the first file that has it wins, as kubectl does it.</summary>
internal sealed class KubeConfig
{
    private readonly Dictionary<(string List, string Name), (JsonObject Value, string File)> _named = [];

    public string? CurrentContext { get; private set; }

    public List<string> Files { get; } = [];

    /// <summary>Files that do not exist are left out, as kubectl leaves them out of KUBECONFIG.</summary>
    public static KubeConfig Load(IEnumerable<string> paths)
    {
        var merged = new KubeConfig();
        foreach (var path in paths.Where(File.Exists))
        {
            merged.Add(path);
        }

        return merged;
    }

    public IEnumerable<string> ContextNames => _named.Keys.Where(key => key.List == "contexts").Select(key => key.Name).Order(StringComparer.Ordinal);

    /// <summary>The entry of that name, and the folder that its relative paths start from.</summary>
    public (JsonObject Value, string Folder)? Find(string list, string inner, string name) =>
        _named.TryGetValue((list, name), out var found) && found.Value[inner] is JsonObject value
            ? (value, Path.GetDirectoryName(found.File)!)
            : null;

    private void Add(string path)
    {
        JsonObject root;
        try
        {
            root = YamlText.Parse(File.ReadAllText(path)) as JsonObject ?? [];
        }
        catch (YamlFormatException e)
        {
            throw new ConfigurationException($"The kubeconfig {path} cannot be read: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The kubeconfig {path} cannot be read: {e.Message}", e);
        }

        Files.Add(path);
        if (CurrentContext is null && (string?)root["current-context"] is { Length: > 0 } current)
        {
            CurrentContext = current;
        }

        foreach (var list in (string[])["clusters", "contexts", "users"])
        {
            foreach (var entry in (root[list] as JsonArray ?? []).OfType<JsonObject>())
            {
                if ((string?)entry["name"] is { } name)
                {
                    _named.TryAdd((list, name), (entry, Path.GetFullPath(path)));
                }
            }
        }
    }
}
