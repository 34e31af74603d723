using System.Diagnostics;
using System.Globalization;

namespace LlmKube.Models.Store.Locking;

/// <summary>Names a process so that another one on the same machine can tell whether it still runs, also after its number was given away again.</summary>
/// <param name="Machine">The boot and the process namespace that the number counts in.</param>
/// <param name="Id">The process number.</param>
/// <param name="Start">When it started.</param>
internal sealed record ProcessIdentity(string Machine, int Id, string Start)
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";
    private const string Namespace = "/proc/self/ns/pid";

    public static ProcessIdentity Current()
    {
        using var process = Process.GetCurrentProcess();
        return new ProcessIdentity(MachineName(), process.Id, StartOf(process));
    }

    /// <summary>Whether the process is known to be gone. False for one elsewhere, of which nothing can be known.</summary>
    public bool IsKnownDead()
    {
        if (Machine != MachineName())
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(Id);
            return StartOf(process) != Start;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return true;
        }
    }

    private static string StartOf(Process process) => process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);

    private static string MachineName()
    {
        var boot = File.Exists(BootId) ? File.ReadAllText(BootId).Trim() : Environment.MachineName;
        var space = File.Exists(Namespace) ? new FileInfo(Namespace).LinkTarget ?? "" : "";
        return $"{boot}/{space}";
    }
}
