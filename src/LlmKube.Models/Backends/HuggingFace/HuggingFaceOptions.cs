namespace LlmKube.Models.Backends.HuggingFace;

/// <summary>Which Hub, and where a Hub cache of this machine is.</summary>
public sealed record HuggingFaceOptions
{
    /// <summary>The Hub that public names mean.</summary>
    public static Uri PublicHub { get; } = new("https://huggingface.co");

    /// <summary>The Hub or a mirror of it: <c>HF_ENDPOINT</c>.</summary>
    public Uri Endpoint { get; init; } = PublicHub;

    /// <summary>A cache that the Hub's own clients fill, <c>HF_HUB_CACHE</c>; asked where no connection may be opened. Null for none.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Reads HF_ENDPOINT, HF_HUB_CACHE and HF_HOME as the Hub's own clients do.</summary>
    public static HuggingFaceOptions FromEnvironment(Func<string, string?> variable)
    {
        var home = variable("HF_HOME") ?? (variable("HOME") is { Length: > 0 } user ? Path.Combine(user, ".cache", "huggingface") : null);
        return new HuggingFaceOptions
        {
            Endpoint = variable("HF_ENDPOINT") is { Length: > 0 } endpoint && Uri.TryCreate(endpoint, UriKind.Absolute, out var url) ? url : PublicHub,
            CacheFolder = variable("HF_HUB_CACHE") ?? (home is null ? null : Path.Combine(home, "hub")),
        };
    }

    /// <summary>Whether HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE says that no connection may be opened.</summary>
    public static bool IsOffline(Func<string, string?> variable) =>
        IsTrue(variable("HF_HUB_OFFLINE")) || IsTrue(variable("TRANSFORMERS_OFFLINE"));

    private static bool IsTrue(string? value) => value?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";
}
