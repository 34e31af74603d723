using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Configuration;
using LlmKube.Kubernetes.Yaml;

namespace LlmKube.Kubernetes.Tests.Configuration;

/// <summary>A folder with kubeconfig files, and the environment that names them.</summary>
internal sealed class KubeConfigFolder : IDisposable
{
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public string Folder { get; } = Directory.CreateTempSubdirectory("llmkube-kubeconfig-").FullName;

    public string At(string name) => Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        var path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A file with one cluster, one user and one context, all of the same name.</summary>
    public string WriteConfig(string name, string file, JsonObject cluster, JsonObject user) => Write(file, YamlText.Write(new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Config",
        ["current-context"] = name,
        ["clusters"] = Named(name, "cluster", cluster),
        ["users"] = Named(name, "user", user),
        ["contexts"] = Named(name, "context", new JsonObject { ["cluster"] = name, ["user"] = name, ["namespace"] = $"ns-{name}" }),
    }));

    public void Set(string variable, string value) => _environment[variable] = value;

    public Task<ClientConfiguration> LoadAsync(string? file = null, string? context = null, TimeProvider? time = null) => ConfigurationLoader.LoadAsync(
        file, context, name => _environment.GetValueOrDefault(name), [], time ?? TimeProvider.System, CancellationToken.None);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static JsonArray Named(string name, string field, JsonObject value) => [(JsonNode)new JsonObject { ["name"] = name, [field] = value }];
}
