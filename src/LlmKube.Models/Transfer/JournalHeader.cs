using System.Text.Json.Serialization;
using LlmKube.Models.Backends;

namespace LlmKube.Models.Transfer;

/// <summary>Which bytes a journal is about: a transfer goes on only where all of it is still the same.</summary>
internal sealed record JournalHeader(int Version, string Path, long Size, string? Validator, string? Digest)
{
    private const int Current = 1;

    public static JournalHeader Of(RemoteFile file) => new(Current, file.Path, file.SizeBytes ?? -1, file.Validator, file.Digest?.ToString());

    /// <summary>Whether the bytes that this tells of are those of <paramref name="now"/>: by digest, else by validator.</summary>
    public bool SameBytesAs(JournalHeader now) =>
        Version == now.Version && Path == now.Path && Size == now.Size
        && (Digest is not null && now.Digest is not null ? Digest == now.Digest : Validator is not null && Validator == now.Validator);
}

/// <summary>A line of the log of files that are complete.</summary>
internal sealed record FinishedFile(JournalHeader File, long Size, string Sha256);

/// <summary>JSON of the journals.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(JournalHeader))]
[JsonSerializable(typeof(FinishedFile))]
internal sealed partial class JournalJson : JsonSerializerContext;
