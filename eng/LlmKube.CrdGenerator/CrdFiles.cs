using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.CrdGenerator;

/// <summary>One generated file: its path below the repository's root and its text.</summary>
internal sealed record GeneratedFile(string Path, string Text);

/// <summary>
/// Every generated file. Each CRD is written twice: as YAML for people and tools, and as JSON beside the types,
/// which the product embeds because it is read in a fraction of the time at start.
/// </summary>
internal static class CrdFiles
{
    private const string Header = "# Generated from src/LlmKube.Resources by eng/LlmKube.CrdGenerator. Change the C# types, then run it again.\n---\n";

    public static IReadOnlyList<GeneratedFile> All()
    {
        var descriptions = Descriptions.Of(typeof(Model).Assembly);
        return [.. FilesOf<InferenceService>(descriptions), .. FilesOf<Model>(descriptions), .. FilesOf<ModelRepository>(descriptions)];
    }

    private static IEnumerable<GeneratedFile> FilesOf<T>(Descriptions descriptions)
        where T : class, IResource<T>
    {
        var document = CrdDocument.Of<T>(descriptions);
        var name = $"{T.Definition.Group}_{T.Definition.Plural}";
        yield return new GeneratedFile($"deploy/crds/{name}.yaml", Header + YamlWriter.Write(document));
        yield return new GeneratedFile($"src/LlmKube.Resources/Crds/{name}.json", document.ToJsonString() + "\n");
    }
}
