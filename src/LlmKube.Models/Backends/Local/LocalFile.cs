using System.Globalization;

namespace LlmKube.Models.Backends.Local;

/// <summary>A file of this machine, and where it really is.</summary>
internal sealed record LocalFile(RemoteFile Described, string Path)
{
    public static LocalFile Of(string name, string path) => new(
        new RemoteFile(name) { SizeBytes = new FileInfo(path).Length, Validator = ValidatorOf(path), AcceptsRanges = true }, path);

    /// <summary>Size and time of the last change: what a file system says of a file without reading it.</summary>
    public static string ValidatorOf(string path)
    {
        var file = new FileInfo(path);
        return string.Create(CultureInfo.InvariantCulture, $"{file.Length}-{new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeMilliseconds()}");
    }
}
