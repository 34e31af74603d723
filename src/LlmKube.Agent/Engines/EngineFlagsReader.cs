using System.Collections.Concurrent;
using System.Diagnostics;

namespace LlmKube.Agent.Engines;

/// <summary>Asks an engine once for its help text, so that an option it would refuse is told before its process is started in vain.</summary>
internal sealed class EngineFlagsReader(TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, EngineFlags> _known = new(StringComparer.Ordinal);

    /// <summary>Null where the engine does not say what it takes: then it is started and speaks for itself.</summary>
    public async Task<EngineFlags?> FindAsync(EngineLaunch engine, CancellationToken cancellationToken)
    {
        // An engine that was replaced is another engine.
        var key = $"{engine.Executable}\0{File.GetLastWriteTimeUtc(engine.Executable).Ticks}\0{string.Join('\0', engine.LeadingArguments)}";
        if (!_known.TryGetValue(key, out var flags))
        {
            flags = EngineFlags.FromHelp(await ReadHelpAsync(engine, cancellationToken));
            _known[key] = flags;
        }

        return flags.Count > 0 ? flags : null;
    }

    private async Task<string> ReadHelpAsync(EngineLaunch engine, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(engine.Executable, [.. engine.LeadingArguments, "--help"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in engine.Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            using var process = Process.Start(start)!;
            using var late = new CancellationTokenSource(s_patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
            try
            {
                var errors = process.StandardError.ReadToEndAsync(either.Token);
                var help = await process.StandardOutput.ReadToEndAsync(either.Token);
                await errors;
                await process.WaitForExitAsync(either.Token);
                return help;
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                cancellationToken.ThrowIfCancellationRequested();
                return "";
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Starting it for a replica says what is wrong with it.
            return "";
        }
    }
}
