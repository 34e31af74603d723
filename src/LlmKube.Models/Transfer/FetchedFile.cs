namespace LlmKube.Models.Transfer;

/// <summary>A file that arrived whole: verified where its place publishes a digest, and synced to disk.</summary>
/// <param name="Path">Where it goes below the model's folder.</param>
/// <param name="LocalPath">Where it lies now, in the folder of unfinished transfers.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Sha256">The SHA-256 of its bytes as they were written, in lower-case hex digits.</param>
/// <param name="Validator">What the place said would change with the bytes.</param>
public sealed record FetchedFile(string Path, string LocalPath, long SizeBytes, string Sha256, string? Validator);
