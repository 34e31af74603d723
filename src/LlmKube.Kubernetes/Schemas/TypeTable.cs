using System.Reflection;

namespace LlmKube.Kubernetes.Schemas;

/// <summary>
/// The type tables, split into types but not yet parsed: <c>package</c> lines, a type's name at the left margin
/// (with <c>atomic</c> where its fields are owned as one), and below it one indented line a field.
/// </summary>
internal sealed class TypeTable
{
    private const string CorePackage = "io.k8s.api.core.v1";
    private readonly Dictionary<string, Lazy<Schema>> _byName;
    private readonly Dictionary<string, string> _shortNames;

    private TypeTable(Dictionary<string, TypeText> types)
    {
        _shortNames = ShortNamesOf(types.Keys);
        _byName = types.ToDictionary(t => t.Key, t => new Lazy<Schema>(() => TypeParser.Parse(t.Value, this)), StringComparer.Ordinal);
        Names = [.. types.Keys.Order(StringComparer.Ordinal)];
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Reads every table that is embedded in this assembly.</summary>
    public static TypeTable Load()
    {
        var assembly = typeof(TypeTable).Assembly;
        var types = new Dictionary<string, TypeText>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (resource.EndsWith(".types", StringComparison.Ordinal))
            {
                Split(ReadText(assembly, resource), types);
            }
        }

        return new TypeTable(types);
    }

    public Schema? Find(string name) =>
        _byName.TryGetValue(name, out var schema) || (_shortNames.TryGetValue(name, out var full) && _byName.TryGetValue(full, out schema))
            ? schema.Value
            : null;

    /// <summary>A type as a field of <paramref name="package"/> names it: of its own package first.</summary>
    public Schema Resolve(string package, string name) =>
        (_byName.TryGetValue($"{package}.{name}", out var local) ? local.Value : Find(name))
        ?? throw new InvalidDataException($"The type tables name {name} in {package}, which they do not define.");

    private static string ReadText(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource) ?? throw new InvalidDataException($"The resource {resource} cannot be opened.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static void Split(string text, Dictionary<string, TypeText> types)
    {
        var package = "";
        var header = "";
        var fields = new List<string>();
        foreach (var line in text.Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line[0] == ' ')
            {
                fields.Add(line);
                continue;
            }

            if (line.StartsWith("package ", StringComparison.Ordinal))
            {
                package = line["package ".Length..];
                continue;
            }

            header = line;
            fields = [];
            var name = header.Split(' ', 2)[0];
            types.Add($"{package}.{name}", new TypeText(package, header, fields));
        }
    }

    /// <summary>A short name is the type's that is alone with it, or the one of core/v1 or meta/v1.</summary>
    private static Dictionary<string, string> ShortNamesOf(IEnumerable<string> names)
    {
        var shortNames = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var group in names.GroupBy(n => n[(n.LastIndexOf('.') + 1)..], StringComparer.Ordinal))
        {
            var candidates = group.ToList();
            var chosen = candidates.Count == 1
                ? candidates[0]
                : candidates.Find(n => n.StartsWith(CorePackage, StringComparison.Ordinal)) ?? candidates.Find(n => n.Contains(".meta.", StringComparison.Ordinal));
            if (chosen is not null)
            {
                shortNames.Add(group.Key, chosen);
            }
        }

        return shortNames;
    }
}

/// <summary>One type of a table: its package, its header line and its field lines.</summary>
internal sealed record TypeText(string Package, string Header, IReadOnlyList<string> Fields)
{
    public string Name => $"{Package}.{Header.Split(' ', 2)[0]}";
}
