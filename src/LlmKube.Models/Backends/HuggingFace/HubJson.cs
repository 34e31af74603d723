using System.Text.Json.Serialization;

namespace LlmKube.Models.Backends.HuggingFace;

/// <summary>A revision as <c>/api/models/{repo}/revision/{rev}</c> describes it.</summary>
internal sealed record HubRevision(string? Sha);

/// <summary>An entry of <c>/api/models/{repo}/tree/{rev}</c>.</summary>
internal sealed record HubEntry(string? Type, string? Path, long? Size, string? Oid, HubLfs? Lfs);

/// <summary>Where an entry is kept outside git.</summary>
internal sealed record HubLfs(string? Oid, long? Size);

/// <summary>JSON of the Hub's API.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HubRevision))]
[JsonSerializable(typeof(List<HubEntry>))]
internal sealed partial class HubJson : JsonSerializerContext;
