namespace LlmKube.Models.Backends.S3;

/// <summary>An object, and the version of it that the session reads.</summary>
internal sealed record S3Object(RemoteFile File, string Key, string? Version);
