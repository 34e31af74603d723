using LlmKube.Models.Backends;
using LlmKube.Models.Signatures;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Store;

/// <summary>What to bring into the store.</summary>
/// <param name="Source">Where it is.</param>
/// <param name="SourceText">What the cache key is made from: the source as it was written.</param>
public sealed record FetchRequest(ModelSource Source, string SourceText)
{
    /// <summary>Another key than that of the source, as <c>cache import --as</c> and a Model's files choose it.</summary>
    public string CacheKey { get; init; } = Sources.CacheKey.Of(SourceText);

    public ConnectOptions Connect { get; init; } = new();

    /// <summary>What one of the files must hash to, in hex digits; null asks for nothing beyond what the place publishes.</summary>
    public string? Sha256 { get; init; }

    /// <summary>What is asked of the model's signature; null where nothing is.</summary>
    public SignaturePolicy? Signature { get; init; }

    /// <summary>Asks the place whether there is a newer revision even where one is stored.</summary>
    public bool Refresh { get; init; }

    /// <summary>Called once when another process is fetching the same model and this one waits for it.</summary>
    public Action? Waiting { get; init; }

    /// <summary>The source as it may be shown.</summary>
    public string Shown => Redact.Source(SourceText);
}
