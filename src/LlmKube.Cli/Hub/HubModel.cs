using System.Security.Cryptography;
using System.Text;

namespace LlmKube.Cli.Hub;

/// <summary>A file of a model as a Hub serves it.</summary>
/// <param name="Path">Below the repository.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Digest">What names its bytes: the 64 hex digits of their SHA-256, or the 40 of git.</param>
/// <param name="OpenAsync">Opens it at an offset, for so many bytes.</param>
internal sealed record HubFile(string Path, long Size, string Digest, Func<long, long, CancellationToken, Task<Stream>> OpenAsync);

/// <summary>One revision of a repository.</summary>
/// <param name="Repo">Its name: <c>org/name</c>, or a name alone.</param>
/// <param name="Commit">40 hex digits that name the revision and never another.</param>
/// <param name="Files">Its files, in ordinal order.</param>
internal sealed record HubModel(string Repo, string Commit, IReadOnlyList<HubFile> Files)
{
    private const int CommitDigits = 40;

    /// <summary>What names a revision that no Hub gave a name: its files and what they hash to.</summary>
    public static string CommitOf(IEnumerable<(string Path, string Digest)> files) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', files.OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => $"{file.Digest} {file.Path}")))))[..CommitDigits];

    public static bool IsCommit(string revision) => revision.Length == CommitDigits && revision.All(char.IsAsciiHexDigitLower);
}

/// <summary>Finds the models that a Hub serves.</summary>
internal interface IHubShelf
{
    /// <summary>The names of all repositories.</summary>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>A revision of a repository: a branch, a tag or a commit. Null where it has none; whether it has the repository at all is told beside it.</summary>
    Task<(HubModel? Model, bool HasRepo)> FindAsync(string repo, string revision, CancellationToken cancellationToken);
}
