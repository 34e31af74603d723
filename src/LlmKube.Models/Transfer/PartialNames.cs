using System.Security.Cryptography;
using System.Text;

namespace LlmKube.Models.Transfer;

/// <summary>Where unfinished files lie below a transfer's folder: under names of our own, so that no name from outside is ever one on disk.</summary>
internal sealed record PartialNames(string Folder)
{
    private const int NameLength = 32;

    public string Data(string path) => Path.Combine(Folder, Name(path) + ".part");

    public string Journal(string path) => Path.Combine(Folder, Name(path) + ".journal");

    public string Finished => Path.Combine(Folder, "finished.log");

    /// <summary>Takes away what belongs to none of the files: an earlier revision's.</summary>
    public void Clean(IEnumerable<string> paths)
    {
        var names = paths.Select(Name).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Folder).Where(file => file != Finished && !names.Contains(Path.GetFileNameWithoutExtension(file))))
        {
            File.Delete(file);
        }
    }

    private static string Name(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..NameLength];
}
