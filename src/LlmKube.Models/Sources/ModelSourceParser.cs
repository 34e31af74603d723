using LlmKube.Models.Repositories;

namespace LlmKube.Models.Sources;

/// <summary>Reads the string form of a source; pure, and the only place that knows what a string means.</summary>
public static class ModelSourceParser
{
    private const string Known = "https://, hf://, s3://, oci://, pvc://, repo://, file://, a path that begins with /, or org/repo";

    /// <summary>Reads a source as it stands in a manifest or on a command line; schemes may be in any case.</summary>
    public static SourceParseResult Parse(string text)
    {
        if (text.Length == 0 || text.Any(char.IsControl) || text != text.Trim())
        {
            return SourceParseResult.Wrong($"A source is one line without spaces around it. Write {Known}.");
        }

        if (text.StartsWith('/'))
        {
            return Local(text, text);
        }

        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return HuggingFaceNames.Parse(text, text);
        }

        var rest = text[(scheme + 3)..];
        return text[..scheme].ToLowerInvariant() switch
        {
            "file" => Local(text, Uri.UnescapeDataString(rest)),
            "pvc" => Pvc(text, rest),
            "s3" => S3(text, rest),
            "http" or "https" => Http(text),
            "hf" => HuggingFaceNames.Parse(text, rest),
            "oci" => Oci(text, rest),
            "repo" => Repository(text, rest),
            _ => SourceParseResult.Wrong($"'{Redact.Source(text)}' begins with a scheme that is not known. Write {Known}."),
        };
    }

    private static SourceParseResult Local(string text, string path) =>
        !path.StartsWith('/') || path.Any(char.IsControl)
            ? SourceParseResult.Wrong($"'{Redact.Source(text)}' is no absolute path. Write file:///path/to/model.gguf or /path/to/model.gguf.")
            : path.Split('/').Contains("..", StringComparer.Ordinal)
                ? SourceParseResult.Wrong($"The path '{path}' contains '..'. Write the path without it, so that it can be compared with the allowed folders.")
                : new SourceParseResult.Parsed(new ModelSource.Local(path), text);

    private static SourceParseResult Pvc(string text, string rest)
    {
        var (claim, path) = Halves(rest, '/');
        return !IsClaim(claim) || path is null || !RelativePath.IsSafe(path)
            ? SourceParseResult.Wrong($"'{text}' is no path in a claim. Write pvc://claim/path/to/model.gguf.")
            : new SourceParseResult.Parsed(new ModelSource.Pvc(claim, path), text);
    }

    private static SourceParseResult S3(string text, string rest)
    {
        var (address, query) = Halves(rest, '?');
        var (bucket, key) = Halves(address, '/');
        if (!IsBucket(bucket) || key is null or "")
        {
            return SourceParseResult.Wrong($"'{Redact.Source(text)}' names no object. Write s3://bucket/key.");
        }

        var source = new ModelSource.S3(bucket, key);
        foreach (var parameter in query?.Split('&') ?? [])
        {
            var (name, value) = Halves(parameter, '=');
            var plain = Uri.UnescapeDataString(value ?? "");
            switch (name)
            {
                case "endpoint" when plain.Length > 0:
                    source = source with { Endpoint = plain };
                    break;
                case "region" when plain.Length > 0:
                    source = source with { Region = plain };
                    break;
                case "versionId" when plain.Length > 0:
                    source = source with { VersionId = plain };
                    break;
                case "addressing" when plain is "path" or "virtual":
                    source = source with { Addressing = plain };
                    break;
                default:
                    return SourceParseResult.Wrong($"'{Redact.Source(text)}' has a parameter that is not known or empty. Known are endpoint, region, versionId and addressing (path or virtual); credentials belong in a Secret.");
            }
        }

        return new SourceParseResult.Parsed(source, text);
    }

    private static SourceParseResult Http(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0 || text.Any(char.IsWhiteSpace))
        {
            return SourceParseResult.Wrong($"'{Redact.Source(text)}' is no complete address. Write https://host/path/to/model.gguf.");
        }

        return HuggingFaceNames.ParsePage(text, url) ?? new SourceParseResult.Parsed(new ModelSource.Http(text), text);
    }

    private static SourceParseResult Oci(string text, string image) =>
        OciNames.IsValid(image)
            ? new SourceParseResult.Parsed(new ModelSource.Oci(image), text)
            : SourceParseResult.Wrong($"'{Redact.Source(text)}' names no artifact. Write oci://registry/repository:tag or oci://registry/repository@sha256:….");

    private static SourceParseResult Repository(string text, string rest)
    {
        var (name, model) = Halves(rest, '/');
        var (plain, version) = Halves(model ?? "", '@');
        var (word, tag) = Halves(plain, ':');
        return !IsClaim(name) || !RepositoryNames.IsModel(word) || tag is not null && (version is not null || !RepositoryNames.IsTag(tag)) || version is not null && !RepositoryNames.IsVersion(version)
            ? SourceParseResult.Wrong($"'{Redact.Source(text)}' names no model of a repository. Write repo://repository/model, repo://repository/model:tag or repo://repository/model@version.")
            : new SourceParseResult.Parsed(new ModelSource.Repository(name, word, tag, version), text);
    }

    internal static bool IsClaim(string name) =>
        name.Length is > 0 and <= 253 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.') && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]);

    internal static bool IsBucket(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');

    private static (string Left, string? Right) Halves(string text, char separator) =>
        text.IndexOf(separator, StringComparison.Ordinal) is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, null);
}
