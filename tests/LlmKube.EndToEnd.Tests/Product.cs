using System.Diagnostics;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Configuration;
using LlmKube.Local;
using LlmKube.TestKit;

namespace LlmKube.EndToEnd.Tests;

/// <summary>The llmkube that people run, as scripts/build makes it, with a home of its own.</summary>
internal sealed class Product : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private Process? _up;

    public string Home { get; } = Directory.CreateTempSubdirectory("llmkube-e2e-").FullName;

    /// <summary>A small program that speaks as an engine does.</summary>
    public static string FakeEngine => Path.Combine(Checkout.Root, "artifacts", "bin", "LlmKube.FakeEngine", "debug", "LlmKube.FakeEngine");

    public static string Executable => Path.Combine(Checkout.Root, "artifacts", "llmkube", "llmkube");

    public int Pid => _up!.Id;

    /// <summary>Starts <c>llmkube up</c> with the small program as its engine, without waiting for anything.</summary>
    public void Start() => Start($"--llama-server={FakeEngine}");

    /// <summary>Starts <c>llmkube up</c> with further options, without waiting for anything.</summary>
    public void Start(params string[] options)
    {
        if (!File.Exists(Executable))
        {
            throw new FileNotFoundException($"{Executable} is not there: scripts/build makes it.");
        }

        _up?.Dispose();
        _up = Run(["up", "--port=0", "--api-port=0", $"--allow-path={Home}", .. options]);
    }

    /// <summary>Waits until everything answers.</summary>
    public async Task<RunState> ReadyAsync()
    {
        RunState? state = null;
        await Eventually.HoldsAsync(() => (state = RunState.Find(Home))?.Pid == Pid || _up!.HasExited, s_patience, "llmkube up is ready");
        return _up!.HasExited ? throw new InvalidOperationException($"llmkube up ended with {_up.ExitCode}: {await File.ReadAllTextAsync(LogPath)}") : state!;
    }

    public async Task<KubernetesClient> ConnectAsync() => ClientFactory.Create(
        await ConfigurationLoader.LoadAsync(Path.Combine(Home, "kubeconfig"), context: null, static _ => null, [], TimeProvider.System, CancellationToken.None), "e2e/1");

    /// <summary>Runs a program to its end in this home, and gives what it printed for scripts and for people.</summary>
    public async Task<(int Code, string Output, string Error)> RunToEndAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LLMKUBE_HOME"] = Home;
        start.Environment["KUBECONFIG"] = Path.Combine(Home, "kubeconfig");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync().WaitAsync(s_patience, TimeProvider.System);
        await process.WaitForExitAsync().WaitAsync(s_patience, TimeProvider.System);
        return (process.ExitCode, await output, error);
    }

    /// <summary>kill -9, to this one process.</summary>
    public async Task KillAsync()
    {
        _up!.Kill();
        await _up.WaitForExitAsync();
    }

    /// <summary>Asks it to stop, as <c>llmkube down</c> and Ctrl-C do, and waits.</summary>
    public async Task<int> StopAsync()
    {
        using var down = Run("down");
        await down.WaitForExitAsync().WaitAsync(s_patience, TimeProvider.System);
        await _up!.WaitForExitAsync().WaitAsync(s_patience, TimeProvider.System);
        return down.ExitCode;
    }

    /// <summary>The engines of this home that run now.</summary>
    public IReadOnlyList<int> Engines() =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Where(name => int.TryParse(name, System.Globalization.CultureInfo.InvariantCulture, out _) && EnvironmentOf(name!).Contains($"LLMKUBE_AGENT_HOME={Home}/", StringComparison.Ordinal))
            .Select(name => int.Parse(name!, System.Globalization.CultureInfo.InvariantCulture)).Order()];

    public async ValueTask DisposeAsync()
    {
        if (_up is { HasExited: false })
        {
            await KillAsync();
        }

        _up?.Dispose();
        foreach (var engine in Engines())
        {
            using var process = Process.GetProcessById(engine);
            process.Kill();
            await process.WaitForExitAsync();
        }

        Directory.Delete(Home, recursive: true);
    }

    /// <summary>What it printed last, over all its lives.</summary>
    public string LastWords() => string.Join('\n', File.ReadLines(LogPath).TakeLast(400));

    private string LogPath => Path.Combine(Home, "output.log");

    private Process Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec \"$@\" >>'{LogPath}' 2>&1 </dev/null");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(Executable);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["LLMKUBE_HOME"] = Home;
        return Process.Start(start)!;
    }

    private static string EnvironmentOf(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
