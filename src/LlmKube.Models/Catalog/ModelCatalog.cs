using System.Text.Json;
using System.Text.Json.Serialization;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Catalog;

/// <summary>The models that are known by short names: the product's, with a site's additions, replacements and mirrors.</summary>
public sealed class ModelCatalog
{
    private const string Resource = "catalog.json";

    private readonly SortedDictionary<string, CatalogEntry> _entries = new(StringComparer.Ordinal);

    private ModelCatalog(IEnumerable<KeyValuePair<string, CatalogEntry>> entries, IReadOnlyList<CatalogRewrite> rewrites)
    {
        foreach (var (id, entry) in entries)
        {
            _entries[id] = entry with { Id = id, Source = Rewritten(entry.Source, rewrites) };
        }
    }

    /// <summary>All entries, by id.</summary>
    public IReadOnlyCollection<CatalogEntry> Entries => _entries.Values;

    public CatalogEntry? Find(string id) => _entries.GetValueOrDefault(id);

    /// <summary>The id that was most likely meant; null where none is near.</summary>
    public string? Nearest(string id) => _entries.Keys.FirstOrDefault(known => known.Contains(id, StringComparison.OrdinalIgnoreCase) || id.Contains(known, StringComparison.OrdinalIgnoreCase))
        ?? _entries.Keys.Select(known => (Known: known, Shared: known.Zip(id).TakeWhile(pair => pair.First == pair.Second).Count())).Where(one => one.Shared >= 4).OrderByDescending(one => one.Shared).FirstOrDefault().Known;

    /// <summary>The product's own catalog.</summary>
    public static ModelCatalog BuiltIn() => new(ReadBuiltIn().Models, []);

    /// <summary>This catalog with a site's file over it; or what is wrong with the file.</summary>
    /// <param name="json">The file as JSON.</param>
    public (ModelCatalog? Catalog, string? Problem) With(string json)
    {
        CatalogFile? site;
        try
        {
            site = JsonSerializer.Deserialize(json, CatalogJson.Default.CatalogFile);
        }
        catch (JsonException e)
        {
            return (null, $"{Reason(e)} (at {e.Path ?? "$"}).");
        }

        if (site is null)
        {
            return (null, "it is empty. Write models: and rewrite:");
        }

        foreach (var (id, entry) in site.Models)
        {
            if (id.Length == 0 || !id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.'))
            {
                return (null, $"'{id}' is no id. Use lower-case letters, digits, '-' and '.', because Models are named by it.");
            }

            if (ModelSourceParser.Parse(Rewritten(entry.Source, site.Rewrite)) is SourceParseResult.Invalid invalid)
            {
                return (null, $"the source of {id} makes no sense: {string.Join(" ", invalid.Findings.Select(finding => finding.Message))}");
            }
        }

        return (new ModelCatalog(_entries.Concat(site.Models), site.Rewrite), null);
    }

    /// <summary>The first rule that fits is the one that counts.</summary>
    private static string Rewritten(string source, IReadOnlyList<CatalogRewrite> rewrites) =>
        rewrites.FirstOrDefault(rule => rule.From.Length > 0 && source.StartsWith(rule.From, StringComparison.Ordinal)) is { } rule ? rule.To + source[rule.From.Length..] : source;

    private static string Reason(JsonException e) =>
        e.Message.StartsWith("The JSON property '", StringComparison.Ordinal) && e.Message.Split('\'') is [_, var field, ..] ? $"it has a field '{field}' that is not known"
        : e.Message.Contains("missing required", StringComparison.Ordinal) ? "an entry needs a name and a source"
        : "a value is not of the kind that is expected there";

    private static CatalogFile ReadBuiltIn()
    {
        using var stream = typeof(ModelCatalog).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{Resource} is not in the assembly.");
        return JsonSerializer.Deserialize(stream, CatalogJson.Default.CatalogFile) ?? throw new InvalidOperationException($"{Resource} is empty.");
    }
}

/// <summary>JSON of catalogs; a field that is not known is an error, because it is most often a typing error.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CatalogFile))]
[JsonSerializable(typeof(CatalogEntry))]
internal sealed partial class CatalogJson : JsonSerializerContext;
