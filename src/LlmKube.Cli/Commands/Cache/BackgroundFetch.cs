using System.Diagnostics;
using LlmKube.Cli.Console;

namespace LlmKube.Cli.Commands.Cache;

/// <summary>Starts <c>llmkube fetch</c> as a process that outlives its terminal.</summary>
internal static class BackgroundFetch
{
    /// <summary>Starts it; returns the file that it writes JSON lines to.</summary>
    public static string Start(string source, string store, string? sha256, CommandContext context)
    {
        var logs = Directory.CreateDirectory(Path.Combine(store, "logs")).FullName;
        var log = Path.Combine(logs, $"fetch-{Models.Sources.CacheKey.Of(source)}.log");
        var self = Environment.ProcessPath ?? throw new CommandFailure("This process does not know its own program.", "Run llmkube fetch in the background yourself.");

        // A session of its own: no hang-up of this terminal reaches it. The values come as arguments, so no shell reads them.
        const string Script = """log=$1; shift; setsid=$(command -v setsid || true); exec $setsid "$@" >"$log" 2>&1 </dev/null""";
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "sh", log, self, "fetch", source, "--store", store, "--json"]) { UseShellExecute = false, WorkingDirectory = context.WorkingDirectory };
        if (sha256 is not null)
        {
            start.ArgumentList.Add("--sha256");
            start.ArgumentList.Add(sha256);
        }

        using var process = Process.Start(start);
        return log;
    }
}
