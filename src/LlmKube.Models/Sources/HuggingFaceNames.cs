namespace LlmKube.Models.Sources;

/// <summary>Reads the forms in which a Hugging Face repository is named: hf://, a bare name, and the Hub's own pages.</summary>
internal static class HuggingFaceNames
{
    private const string Form = "org/repo, org/repo@revision or org/repo/file.gguf";

    /// <summary>Reads <c>org/repo[@revision][/file]</c>.</summary>
    public static SourceParseResult Parse(string text, string name)
    {
        var parts = name.Split('/', 3);
        if (parts.Length < 2)
        {
            return SourceParseResult.Wrong($"'{Redact.Source(text)}' names no repository and no file. Write {Form}, a path that begins with /, or an address such as https://….");
        }

        var (repository, revision) = Halves(parts[1]);
        var file = parts.Length == 3 && parts[2].Length > 0 ? parts[2] : null;
        if (!IsName(parts[0]) || !IsName(repository) || revision is { Length: 0 })
        {
            return SourceParseResult.Wrong($"'{Redact.Source(text)}' is not the name of a Hugging Face repository. Write {Form}.");
        }

        return Checked(text, $"{parts[0]}/{repository}", revision is null ? null : Uri.UnescapeDataString(revision), file);
    }

    /// <summary>What a page of the Hub means; null for addresses of other hosts and for files, which are plain downloads.</summary>
    public static SourceParseResult? ParsePage(string text, Uri url)
    {
        var host = url.Host.StartsWith("www.", StringComparison.OrdinalIgnoreCase) ? url.Host[4..] : url.Host;
        if (!host.Equals("huggingface.co", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var parts = url.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        return parts switch
        {
            ["datasets" or "spaces", ..] => SourceParseResult.Wrong($"{Redact.Source(text)} is not a model: it is one of the Hub's {parts[0]}. Name a model's repository."),
            [_, _, "resolve" or "blob", _, _, ..] => null,
            [var owner, var name] => Checked(text, $"{owner}/{name}", revision: null, file: null),
            [var owner, var name, "tree" or "resolve", var revision, .. var rest] => Checked(text, $"{owner}/{name}", revision, rest.Length == 0 ? null : string.Join('/', rest)),
            _ => SourceParseResult.Wrong($"{Redact.Source(text)} is no repository or file on the Hub. Write https://huggingface.co/org/repo, or hf://{Form}."),
        };
    }

    private static SourceParseResult Checked(string text, string repository, string? revision, string? file)
    {
        if (file is not null && !RelativePath.IsSafe(file))
        {
            return SourceParseResult.Wrong($"'{Redact.Source(text)}' names a file that is not below the repository. Write its path without '..' and empty parts.");
        }

        return repository.Split('/').All(IsName)
            ? new SourceParseResult.Parsed(new ModelSource.HuggingFace(repository, revision, file), text)
            : SourceParseResult.Wrong($"'{Redact.Source(text)}' is not the name of a Hugging Face repository. Write {Form}.");
    }

    private static (string Name, string? Revision) Halves(string text) =>
        text.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, null);

    private static bool IsName(string text) =>
        text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
