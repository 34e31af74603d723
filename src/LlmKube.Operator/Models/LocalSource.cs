using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Models;

/// <summary>The path of a source that is a local file, in either form.</summary>
internal static class LocalSource
{
    public static string? PathOf(SourceField? source) =>
        source?.Text is { } text ? (IsLocal(text) ? text : null)
        : source?.Object is { } fields && (string?)fields["type"] == "local" ? (string?)fields["path"]
        : null;

    /// <summary>The source without what might be a secret in it.</summary>
    public static string Describe(SourceField? source) =>
        source?.Object is { } fields ? $"of type {(string?)fields["type"] ?? "(none)"}"
        : source?.Text is { } text && text.IndexOf("://", StringComparison.Ordinal) is > 0 and var end ? text[..end] + "://…"
        : source?.ToString() ?? "(none)";

    private static bool IsLocal(string text) =>
        text.StartsWith('/') || text.StartsWith("file://", StringComparison.OrdinalIgnoreCase);
}
