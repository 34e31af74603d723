namespace LlmKube.Models.Store;

/// <summary>A model in the store, as its <c>.llmkube.json</c> says.</summary>
public sealed record StoredModel
{
    /// <summary>The folder's name; not in the file, which may be moved with its folder.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Key { get; init; } = "";

    /// <summary>Where it came from, without credentials.</summary>
    public required string Source { get; init; }

    /// <summary>The revision that its files are of; null where nobody knows it.</summary>
    public string? Revision { get; init; }

    public DateTimeOffset StoredAt { get; init; }

    /// <summary>When a runtime or a person last asked for it.</summary>
    public DateTimeOffset LastUsed { get; init; }

    /// <summary>Never evicted.</summary>
    public bool Pinned { get; init; }

    public required IReadOnlyList<StoredFile> Files { get; init; }

    /// <summary>Bytes of all its files, shared ones included.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long SizeBytes => Files.Sum(file => file.SizeBytes);

    /// <summary>Whether one of its files has the digest, as it was computed when it arrived; with none asked for, any model has it.</summary>
    public bool Has(string? sha256) => string.IsNullOrEmpty(sha256) || Files.Any(file => sha256.Equals(file.Sha256, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether it was found without metadata: written by an earlier program or by hand.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Legacy { get; init; }
}

/// <summary>One file of a model in the store.</summary>
/// <param name="Path">Where it is below the model's folder.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Sha256">The digest of its bytes in lower-case hex; null where nobody computed it yet.</param>
public sealed record StoredFile(string Path, long SizeBytes, string? Sha256)
{
    /// <summary>What the place said would change with the bytes.</summary>
    public string? Validator { get; init; }

    public LinkKind Link { get; init; } = LinkKind.None;
}
