using LlmKube.Models.Backends;

namespace LlmKube.Models.Repositories;

/// <summary>What models, versions and tags of a repository may be called, and where they are in a folder or a bucket.</summary>
public static class RepositoryNames
{
    /// <summary>As many as a tag of a registry may have (OCI distribution specification).</summary>
    private const int MostCharacters = 128;
    private const string Root = "models/";
    private const string TagsFolder = "tags";

    /// <summary>One word, such as <c>llama-3-8b</c>. A model of a Hub is called as its caches call it: <c>org--name</c>.</summary>
    public static bool IsModel(string name) => IsWord(name);

    public static bool IsTag(string tag) => IsWord(tag) || (tag.Length is > 0 and <= MostCharacters && tag[0] == '_' && IsWord("a" + tag[1..]));

    public static bool IsVersion(string version) => IsTag(version) && version != TagsFolder;

    /// <summary>Refuses what is no name of a model.</summary>
    /// <exception cref="RepositoryException">It is none.</exception>
    public static void CheckModel(string name) => Check(IsModel(name), $"'{name}' is no name of a model: it is up to {MostCharacters} letters, digits, '.', '_' and '-', and begins with a letter or digit.");

    /// <summary>Refuses what is no version.</summary>
    /// <exception cref="RepositoryException">It is none.</exception>
    public static void CheckVersion(string version) => Check(IsVersion(version), $"'{version}' is no version: it is up to {MostCharacters} letters, digits, '.', '_' and '-', and begins with neither '.' nor '-'.");

    /// <summary>Refuses what is no tag.</summary>
    /// <exception cref="RepositoryException">It is none.</exception>
    public static void CheckTag(string tag) => Check(IsTag(tag), $"'{tag}' is no tag: it is up to {MostCharacters} letters, digits, '.', '_' and '-', and begins with neither '.' nor '-'.");

    /// <summary>A folder beside the models for what arrives, and is no part of the repository yet.</summary>
    public static string Incoming() => $"{IncomingPrefix}{Guid.NewGuid():N}";

    internal const string IncomingPrefix = ".incoming-";

    internal static string ModelsFolder => Root;

    internal static string FolderOf(string model) => $"{Root}{model}/";

    internal static string TagsOf(string model) => $"{FolderOf(model)}{TagsFolder}/";

    internal static string TagOf(string model, string tag) => TagsOf(model) + tag;

    internal static string VersionOf(string model, string version) => $"{FolderOf(model)}{version}/";

    internal static string ManifestOf(string model, string version) => VersionOf(model, version) + VersionManifest.FileName;

    /// <summary>What a key is of: a model, its version, and the file below it, or the tag where the version is null. Null for what is no part of a repository.</summary>
    internal static (string Model, string? Version, string Below)? Split(string key)
    {
        if (!key.StartsWith(Root, StringComparison.Ordinal) || key[Root.Length..].Split('/', 3) is not [var model, var version, { Length: > 0 } rest] || !IsModel(model))
        {
            return null;
        }

        return version == TagsFolder ? IsTag(rest) ? (model, null, rest) : null : IsVersion(version) ? (model, version, rest) : null;
    }

    private static bool IsWord(string word) =>
        word.Length is > 0 and <= MostCharacters && char.IsAsciiLetterOrDigit(word[0]) && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static void Check(bool holds, string message)
    {
        if (!holds)
        {
            throw new RepositoryException(FailureKind.Invalid, message);
        }
    }
}
