namespace LlmKube.Agent.Engines;

/// <summary>Which system this is, after os-release.</summary>
internal sealed record OsRelease(string Id, string Codename, bool IsDebianLike)
{
    public static OsRelease Read() =>
        OperatingSystem.IsMacOS() ? new OsRelease("macos", "", IsDebianLike: false)
        : OperatingSystem.IsWindows() ? new OsRelease("windows", "", IsDebianLike: false)
        : Parse(File.Exists("/etc/os-release") ? File.ReadAllLines("/etc/os-release") : []);

    internal static OsRelease Parse(IEnumerable<string> lines)
    {
        var fields = lines.Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim().Trim('"'), StringComparer.Ordinal);
        var id = fields.GetValueOrDefault("ID", "linux");
        return new OsRelease(id, fields.GetValueOrDefault("VERSION_CODENAME", ""), id is "debian" or "ubuntu");
    }
}
