namespace LlmKube.Agent.Engines;

/// <summary>Where this machine gets its packages from: a mirror and the keys that its lists are signed with.</summary>
internal sealed record AptSource(string Uri, string? SignedBy)
{
    /// <summary>This mirror's line for another suite; only the list of packages is wanted of it.</summary>
    public string ListLine(string suite, string components) =>
        $"deb [target=Packages{(SignedBy is { } key ? $" signed-by={key}" : "")}] {Uri} {suite} {components}";

    /// <summary>The first mirror of the distribution itself (not of its security updates) in the machine's apt configuration.</summary>
    public static AptSource? Find(string configuration = "/etc/apt")
    {
        var parts = Path.Combine(configuration, "sources.list.d");
        var files = Directory.Exists(parts) ? Directory.GetFiles(parts).Order(StringComparer.Ordinal).ToList() : [];
        foreach (var file in files.Where(file => file.EndsWith(".sources", StringComparison.Ordinal)))
        {
            if (FromStanzas(File.ReadAllText(file)) is { } source)
            {
                return source;
            }
        }

        foreach (var file in files.Where(file => file.EndsWith(".list", StringComparison.Ordinal)).Append(Path.Combine(configuration, "sources.list")).Where(File.Exists))
        {
            if (FromLines(File.ReadAllLines(file)) is { } source)
            {
                return source;
            }
        }

        return null;
    }

    internal static AptSource? FromStanzas(string text)
    {
        foreach (var stanza in text.Split("\n\n"))
        {
            var fields = stanza.Split('\n')
                .Select(line => line.Split(':', 2))
                .Where(pair => pair.Length == 2 && !pair[0].StartsWith('#') && !pair[0].StartsWith(' '))
                .GroupBy(pair => pair[0].Trim(), StringComparer.OrdinalIgnoreCase)
                .ToDictionary(group => group.Key, group => group.First()[1].Trim(), StringComparer.OrdinalIgnoreCase);
            if (fields.TryGetValue("URIs", out var uris) && uris.Split(' ').FirstOrDefault(IsDistribution) is { } uri)
            {
                return new AptSource(uri, fields.GetValueOrDefault("Signed-By"));
            }
        }

        return null;
    }

    internal static AptSource? FromLines(IEnumerable<string> lines)
    {
        foreach (var line in lines.Select(line => line.Trim()).Where(line => line.StartsWith("deb ", StringComparison.Ordinal)))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (Array.Find(words, IsDistribution) is { } uri)
            {
                const string option = "signed-by=";
                var signed = Array.Find(words, word => word.Contains(option, StringComparison.Ordinal));
                return new AptSource(uri, signed?[(signed.IndexOf(option, StringComparison.Ordinal) + option.Length)..].TrimEnd(']'));
            }
        }

        return null;
    }

    private static bool IsDistribution(string word)
    {
        var path = word.TrimEnd('/');
        return word.Contains("://", StringComparison.Ordinal)
            && (path.EndsWith("/debian", StringComparison.Ordinal) || path.EndsWith("/ubuntu", StringComparison.Ordinal) || path.EndsWith("/ubuntu-ports", StringComparison.Ordinal));
    }
}
