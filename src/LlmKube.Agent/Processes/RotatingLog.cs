namespace LlmKube.Agent.Processes;

/// <summary>
/// Keeps a log file that somebody else appends to below a size: the contents move to <c>.1</c> and the file is cut.
/// The writer has it open for appending, so it goes on at the new end.
/// </summary>
internal static class RotatingLog
{
    public const long MaxBytes = 10 * 1024 * 1024;
    private const int KeptFiles = 3;

    /// <summary>Rotates when the file has outgrown <paramref name="maxBytes"/>; true when it did.</summary>
    public static bool RotateIfLarge(string path, long maxBytes = MaxBytes)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length <= maxBytes)
        {
            return false;
        }

        for (var age = KeptFiles - 1; age >= 1; age--)
        {
            if (File.Exists($"{path}.{age}"))
            {
                File.Move($"{path}.{age}", $"{path}.{age + 1}", overwrite: true);
            }
        }

        File.Copy(path, $"{path}.1", overwrite: true);
        using var cut = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        cut.SetLength(0);
        return true;
    }

    /// <summary>The last lines, for a message to a person; at most <paramref name="maxBytes"/> of them.</summary>
    public static IReadOnlyList<string> Tail(string path, int lines, int maxBytes = 16 * 1024)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(-Math.Min(file.Length, maxBytes), SeekOrigin.End);
        using var reader = new StreamReader(file);
        var all = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return all.Length <= lines ? all : all[^lines..];
    }
}
