using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Yaml;
using LlmKube.Models.Catalog;

namespace LlmKube.Cli.Commands.Catalog;

/// <summary>The catalog of this user: the product's, with the site's file over it where there is one.</summary>
internal static class Catalogs
{
    private const string Variable = "LLMKUBE_CATALOG";

    public static ModelCatalog Load(CommandContext context)
    {
        var named = context.Environment(Variable);
        var path = named is { Length: > 0 }
            ? context.FullPath(named)
            : ((string[])["catalog.yaml", "catalog.yml", "catalog.json"]).Select(name => Path.Combine(context.Home, name)).FirstOrDefault(File.Exists);
        if (path is null)
        {
            return ModelCatalog.BuiltIn();
        }

        if (!File.Exists(path))
        {
            throw new CommandFailure($"There is no catalog at {path}.", $"Correct {Variable}, or take it away.", ExitCodes.Usage);
        }

        try
        {
            var (catalog, problem) = ModelCatalog.WithSite(YamlText.Parse(File.ReadAllText(path))?.ToJsonString() ?? "null");
            return catalog ?? throw new CommandFailure($"The catalog {path} is not used: {problem}", exitCode: ExitCodes.Usage);
        }
        catch (YamlFormatException e)
        {
            throw new CommandFailure($"The catalog {path} is not used: {e.Message}", exitCode: ExitCodes.Usage);
        }
    }

    /// <summary>The entry of that id.</summary>
    /// <exception cref="CommandFailure">There is none; it names what may have been meant.</exception>
    public static CatalogEntry Find(ModelCatalog catalog, string id) => catalog.Find(id) ?? throw new CommandFailure(
        $"The catalog has no model '{id}'.", catalog.Nearest(id) is { } near ? $"Did you mean {near}? llmkube catalog list shows all." : "llmkube catalog list shows what it has.", ExitCodes.NotFound);
}
