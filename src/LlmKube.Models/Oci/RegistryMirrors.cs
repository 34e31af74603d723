namespace LlmKube.Models.Oci;

/// <summary>
/// Where models of registries are read instead: each rule names a registry, or a path of one, and the registry with a path that has its copies.
/// The place that is named is not asked. The longest rule that holds is taken.
/// </summary>
public sealed class RegistryMirrors
{
    /// <summary>The variable that holds them.</summary>
    public const string Variable = "LLMKUBE_REGISTRY_MIRRORS";

    private readonly List<(string From, string To)> _rules;

    private RegistryMirrors(List<(string From, string To)> rules) => _rules = rules;

    /// <summary>Everything is read where it is.</summary>
    public static RegistryMirrors None { get; } = new([]);

    /// <summary>The rules as text; empty for none.</summary>
    public override string ToString() => string.Join(',', _rules.Select(rule => $"{rule.From}={rule.To}"));

    /// <summary>Reads rules such as <c>docker.io=registry.site/hub,quay.io/models=registry.site/models</c>.</summary>
    /// <exception cref="FormatException">One of them is none; the message says which.</exception>
    public static RegistryMirrors Parse(string? text)
    {
        var rules = new List<(string From, string To)>();
        foreach (var rule in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (rule.Split('=') is not [var from, var to] || from.Trim('/').Length == 0 || ImageReference.Parse($"{to.TrimEnd('/')}/x") is null)
            {
                throw new FormatException($"'{rule}' is no rule for a registry's mirror. Write registry/path=mirror/path, with commas between rules.");
            }

            rules.Add((from.TrimEnd('/'), to.TrimEnd('/')));
        }

        return rules.Count == 0 ? None : new RegistryMirrors([.. rules.OrderByDescending(rule => rule.From.Length)]);
    }

    /// <summary>Where an artifact is read.</summary>
    public ImageReference Resolve(ImageReference image)
    {
        var place = $"{image.Registry}/{image.Repository}";
        foreach (var (from, to) in _rules)
        {
            if (place.StartsWith(from + "/", StringComparison.Ordinal))
            {
                return ImageReference.Parse(to + place[from.Length..]) is { } mirrored ? mirrored with { Tag = image.Tag, Digest = image.Digest } : image;
            }
        }

        return image;
    }
}
