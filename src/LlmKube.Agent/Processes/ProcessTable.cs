using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace LlmKube.Agent.Processes;

/// <summary>Finds the running processes that carry a <see cref="ProcessMark"/> of this agent's home.</summary>
internal static class ProcessTable
{
    /// <summary>All marked processes of <paramref name="home"/>; zombies are left out.</summary>
    public static IReadOnlyList<(int Pid, ProcessMark Mark)> FindMarked(string home)
    {
        var found = OperatingSystem.IsLinux() ? ReadProc() : ReadPs();
        return [.. found.Where(process => process.Mark.Home == home)];
    }

    /// <summary>True while <paramref name="pid"/> runs and still carries <paramref name="mark"/>: a process id alone may have been reused.</summary>
    public static bool IsRunning(int pid, ProcessMark mark) =>
        OperatingSystem.IsLinux()
            ? !IsZombie(pid) && ReadProcMark(pid) == mark
            : ReadPs().Any(process => process.Pid == pid && process.Mark == mark);

    /// <summary>Resident memory in bytes, or null where it cannot be read.</summary>
    public static long? ResidentBytes(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.WorkingSet64;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static IEnumerable<(int Pid, ProcessMark Mark)> ReadProc()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid)
                && ReadProcMark(pid) is { } mark
                && !IsZombie(pid))
            {
                yield return (pid, mark);
            }
        }
    }

    private static ProcessMark? ReadProcMark(int pid)
    {
        try
        {
            var text = Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/environ"));
            return text.Contains(ProcessMark.HomeVariable, StringComparison.Ordinal)
                ? ProcessMark.Find(ParseVariables(text.Split('\0')))
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone by now, or another user's: neither is ours.
            return null;
        }
    }

    private static bool IsZombie(int pid)
    {
        try
        {
            // The state is the first field after the command, which stands in parentheses and may hold spaces.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var end = stat.LastIndexOf(')');
            return end < 0 || end + 2 >= stat.Length || stat[end + 2] is 'Z' or 'X';
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Where there is no /proc (macOS), <c>ps</c> shows the environment of one's own processes.</summary>
    private static List<(int Pid, ProcessMark Mark)> ReadPs()
    {
        var start = new ProcessStartInfo("ps", ["-E", "-ww", "-x", "-o", "pid=,command="]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var ps = Process.Start(start) ?? throw new InvalidOperationException("ps did not start.");
        var found = new List<(int, ProcessMark)>();
        while (ps.StandardOutput.ReadLine() is { } line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 1
                && int.TryParse(words[0], CultureInfo.InvariantCulture, out var pid)
                && ProcessMark.Find(ParseVariables(words)) is { } mark)
            {
                found.Add((pid, mark));
            }
        }

        return found;
    }

    private static Dictionary<string, string> ParseVariables(IEnumerable<string> assignments)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var assignment in assignments)
        {
            var equals = assignment.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                variables[assignment[..equals]] = assignment[(equals + 1)..];
            }
        }

        return variables;
    }
}
