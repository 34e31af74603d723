using System.Globalization;

namespace LlmKube.Agent.Memory;

/// <summary>The machine's memory in bytes: what there is, and what a new process could use without swapping.</summary>
internal sealed record MachineMemory(long TotalBytes, long AvailableBytes)
{
    /// <summary>Reads it from the system; a container's limit counts where it is lower than the machine's.</summary>
    public static MachineMemory Read()
    {
        var machine = OperatingSystem.IsLinux() ? ReadMemInfo(File.ReadAllLines("/proc/meminfo")) : ReadRuntime();
        return OperatingSystem.IsLinux() && ReadControlGroup() is { } limited
            ? new MachineMemory(Math.Min(machine.TotalBytes, limited.TotalBytes), Math.Min(machine.AvailableBytes, limited.AvailableBytes))
            : machine;
    }

    /// <summary>MemTotal and MemAvailable of /proc/meminfo, which are in KiB.</summary>
    internal static MachineMemory ReadMemInfo(IReadOnlyList<string> lines)
    {
        return new MachineMemory(Field("MemTotal:"), Field("MemAvailable:"));

        long Field(string name)
        {
            foreach (var line in lines)
            {
                if (line.StartsWith(name, StringComparison.Ordinal))
                {
                    var number = line[name.Length..].Trim().Split(' ')[0];
                    return long.Parse(number, CultureInfo.InvariantCulture) * 1024;
                }
            }

            return 0;
        }
    }

    private static MachineMemory ReadRuntime()
    {
        var info = GC.GetGCMemoryInfo();
        return new MachineMemory(info.TotalAvailableMemoryBytes, Math.Max(0, info.TotalAvailableMemoryBytes - info.MemoryLoadBytes));
    }

    /// <summary>The limit of the control group this process runs in (version 2), less what is used and cannot be reclaimed.</summary>
    private static MachineMemory? ReadControlGroup()
    {
        const string root = "/sys/fs/cgroup";
        var limit = ReadNumber($"{root}/memory.max");
        var used = ReadNumber($"{root}/memory.current");
        if (limit is null || used is null)
        {
            return null;
        }

        var reclaimable = File.Exists($"{root}/memory.stat")
            ? File.ReadLines($"{root}/memory.stat")
                .Where(line => line.StartsWith("inactive_file ", StringComparison.Ordinal))
                .Select(line => long.Parse(line["inactive_file ".Length..], CultureInfo.InvariantCulture))
                .FirstOrDefault()
            : 0;
        return new MachineMemory(limit.Value, Math.Max(0, limit.Value - used.Value + reclaimable));
    }

    private static long? ReadNumber(string path)
    {
        try
        {
            return long.TryParse(File.ReadAllText(path).Trim(), CultureInfo.InvariantCulture, out var number) ? number : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
