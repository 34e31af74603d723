using System.CommandLine;
using System.Text.Json.Nodes;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Yaml;
using LlmKube.Models.Catalog;

namespace LlmKube.Cli.Commands.Catalog;

/// <summary>
/// The catalog of this user: the product's; over it the ConfigMap <c>llmkube-catalog</c> of the operator's namespace and of the user's,
/// where there is a cluster; over these the user's own file.
/// </summary>
internal static class Catalogs
{
    private const string Variable = "LLMKUBE_CATALOG";
    private const string ConfigMapName = "llmkube-catalog";
    private const string OperatorNamespace = "llmkube-system";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly ResourceDefinition s_configMaps = new("", "v1", "ConfigMap", "configmaps", Namespaced: true);
    private static readonly string[] s_fileNames = ["catalog.yaml", "catalog.yml", "catalog.json"];

    public static async Task<ModelCatalog> LoadAsync(ParseResult parsed, CommandContext context, CommonOptions common, Option<string?>? ns, CancellationToken cancellationToken) =>
        WithFile(await OfClusterAsync(parsed, context, common, ns, cancellationToken), context);

    /// <summary>The source that a text means: that of an entry, or the text itself. Only what could be an id is looked up.</summary>
    public static async Task<string> SourceOfAsync(string text, ParseResult parsed, CommandContext context, CommonOptions common, Option<string?>? ns, CancellationToken cancellationToken) =>
        text.Contains('/', StringComparison.Ordinal) ? text : (await LoadAsync(parsed, context, common, ns, cancellationToken)).Find(text)?.Source ?? text;

    /// <summary>The catalog without a cluster.</summary>
    public static ModelCatalog Load(CommandContext context) => WithFile(ModelCatalog.BuiltIn(), context);

    /// <summary>The entry of that id.</summary>
    /// <exception cref="CommandFailure">There is none; it names what may have been meant.</exception>
    public static CatalogEntry Find(ModelCatalog catalog, string id) => catalog.Find(id) ?? throw new CommandFailure(
        $"The catalog has no model '{id}'.", catalog.Nearest(id) is { } near ? $"Did you mean {near}? llmkube catalog list shows all." : "llmkube catalog list shows what it has.", ExitCodes.NotFound);

    private static ModelCatalog WithFile(ModelCatalog catalog, CommandContext context)
    {
        var named = context.Environment(Variable);
        var path = named is { Length: > 0 }
            ? context.FullPath(named)
            : s_fileNames.Select(name => Path.Combine(context.Home, name)).FirstOrDefault(File.Exists);
        return path is null ? catalog
            : File.Exists(path) ? With(catalog, File.ReadAllText(path), path)
            : throw new CommandFailure($"There is no catalog at {path}.", $"Correct {Variable}, or take it away.", ExitCodes.Usage);
    }

    /// <summary>What the cluster says. A catalog is a convenience: a cluster that cannot be asked takes nothing away.</summary>
    private static async Task<ModelCatalog> OfClusterAsync(ParseResult parsed, CommandContext context, CommonOptions common, Option<string?>? ns, CancellationToken cancellationToken)
    {
        var catalog = ModelCatalog.BuiltIn();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, ns, patience.Token);
            foreach (var one in ((string[])[OperatorNamespace, connection.Namespace]).Distinct(StringComparer.Ordinal))
            {
                if (await FindAsync(connection.Client, new ObjectKey(one, ConfigMapName), patience.Token) is { } text)
                {
                    catalog = With(catalog, text, $"of the ConfigMap {one}/{ConfigMapName}");
                }
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && (e is HttpRequestException or IOException or OperationCanceledException or CommandFailure { ExitCode: not ExitCodes.Usage }))
        {
            // No cluster is meant, or it does not answer.
        }

        return catalog;
    }

    private static async Task<string?> FindAsync(KubernetesClient client, ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            var data = (await client.Of(s_configMaps).FindAsync(key, cancellationToken))?.Json["data"] as JsonObject;
            return (string?)(s_fileNames.Select(name => data?[name]).FirstOrDefault(text => text is not null) ?? (data?.Count == 1 ? data.First().Value : null));
        }
        catch (ApiException e) when (e.IsForbidden)
        {
            return null;
        }
    }

    private static ModelCatalog With(ModelCatalog catalog, string text, string where)
    {
        try
        {
            var (with, problem) = catalog.With(YamlText.Parse(text)?.ToJsonString() ?? "null");
            return with ?? throw new CommandFailure($"The catalog {where} is not used: {problem}", exitCode: ExitCodes.Usage);
        }
        catch (YamlFormatException e)
        {
            throw new CommandFailure($"The catalog {where} is not used: {e.Message}", exitCode: ExitCodes.Usage);
        }
    }
}
