namespace LlmKube.Models.Backends.HuggingFace;

/// <summary>A file of a repository as the Hub lists it.</summary>
/// <param name="Path">Where it is in the repository.</param>
/// <param name="SizeBytes">Its size, that of the content where it is kept outside git.</param>
/// <param name="Digest">SHA-256 for files outside git, git's own name for the others.</param>
internal sealed record HubFile(string Path, long SizeBytes, ContentDigest Digest);
