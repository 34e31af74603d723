using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LlmKube.Kubernetes.Yaml;

/// <summary>YAML as Kubernetes reads and prints it: the JSON data model, one or many documents.</summary>
public static class YamlText
{
    /// <summary>The one document of <paramref name="text"/>; null for an empty one.</summary>
    /// <exception cref="YamlFormatException">It is not YAML, or holds several documents.</exception>
    public static JsonNode? Parse(string text)
    {
        var documents = ParseAll(text);
        return documents.Count <= 1
            ? documents.Count == 0 ? null : documents[0]
            : throw new YamlFormatException($"One YAML document was expected, and there are {documents.Count}.");
    }

    /// <summary>All documents that are not empty. JSON is YAML, so JSON is read too.</summary>
    /// <exception cref="YamlFormatException">It is not YAML.</exception>
    public static IReadOnlyList<JsonNode?> ParseAll(string text)
    {
        var stream = new YamlStream();
        try
        {
            using var reader = new StringReader(text);
            stream.Load(new MergingParser(new Parser(reader)));
        }
        catch (YamlException e)
        {
            throw new YamlFormatException($"line {e.Start.Line}, column {e.Start.Column}: {e.InnerException?.Message ?? e.Message}", e);
        }

        var budget = new NodeBudget();
        return [.. stream.Documents.Select(document => YamlReader.Read(document.RootNode, budget, depth: 0)).Where(node => node is not null)];
    }

    /// <summary>Block style with two spaces, lists at the indent of their key, as kubectl prints.</summary>
    public static string Write(JsonNode? node) => YamlWriter.Write(node);
}
