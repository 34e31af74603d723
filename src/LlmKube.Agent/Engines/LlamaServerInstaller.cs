using System.Diagnostics;

namespace LlmKube.Agent.Engines;

/// <summary>
/// Gets llama-server where the system has none. On Debian and its kin the packages of a release that has it are unpacked into a
/// folder of ours and run with their own C library: nothing is installed on the system, and no rights are needed.
/// </summary>
public static class LlamaServerInstaller
{
    /// <summary>The first releases with llama.cpp in them; their C library comes along, so older systems run them too.</summary>
    private const string DebianSuite = "forky";
    private const string UbuntuSuite = "resolute";

    private static readonly string[] s_packages =
        ["llama.cpp-tools", "libllama0", "libggml0", "libc6", "libgcc-s1", "libgomp1", "libssl3t64", "libstdc++6", "zlib1g", "libzstd1"];

    /// <summary>Installs below <paramref name="home"/>; a failure leaves nothing behind.</summary>
    public static async Task<InstallResult> InstallAsync(string home, Action<string> say, CancellationToken cancellationToken)
    {
        var system = OsRelease.Read();
        if (!system.IsDebianLike || !File.Exists("/usr/bin/apt-get") || AptSource.Find() is not { } source)
        {
            return new InstallResult.NotPossible("llama-server cannot be fetched by llmkube on this system.", HintFor(system));
        }

        var target = LlamaServerLocator.InstallFolder(home);
        var work = $"{target}.{Environment.ProcessId}.partial";
        Directory.CreateDirectory(work);
        try
        {
            var suite = system.Id == "debian" ? DebianSuite : UbuntuSuite;
            say($"Getting llama.cpp from the packages of {system.Id} {suite} (about 12 MB; the package list is larger) ...");
            var root = await UnpackAsync(work, source, suite, system.Id == "debian" ? "main" : "main universe", cancellationToken);
            if (LlamaServerLocator.FindUnpacked(root) is not { } launch)
            {
                return new InstallResult.NotPossible("The packages do not hold what was expected: llama-server, its loader and its libraries.", HintFor(system));
            }

            var version = await VersionOfAsync(launch, cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(root, "VERSION"), version, cancellationToken);
            if (Directory.Exists(target))
            {
                Directory.Delete(target, recursive: true);
            }

            Directory.Move(root, target);
            return new InstallResult.Installed(LlamaServerLocator.FindUnpacked(target)!);
        }
        catch (ToolException e)
        {
            return new InstallResult.NotPossible(e.Message, HintFor(system));
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task<string> UnpackAsync(string work, AptSource source, string suite, string components, CancellationToken cancellationToken)
    {
        var lists = Directory.CreateDirectory(Path.Combine(work, "lists", "partial")).Parent!.FullName;
        var cache = Directory.CreateDirectory(Path.Combine(work, "cache", "archives", "partial")).Parent!.Parent!.FullName;
        var packages = Directory.CreateDirectory(Path.Combine(work, "packages")).FullName;
        var root = Directory.CreateDirectory(Path.Combine(work, "root")).FullName;
        var sourceList = Path.Combine(work, "sources.list");
        var configuration = Path.Combine(work, "apt.conf");
        await File.WriteAllTextAsync(sourceList, source.ListLine(suite, components) + "\n", cancellationToken);
        await File.WriteAllTextAsync(configuration, Configuration(sourceList, lists, cache), cancellationToken);
        string[] own = ["-q", "-c", configuration];
        await RunAsync("apt-get", [.. own, "update"], work, cancellationToken);
        await RunAsync("apt-get", [.. own, "download", .. s_packages], packages, cancellationToken);
        foreach (var package in Directory.GetFiles(packages, "*.deb"))
        {
            await RunAsync("dpkg", ["-x", package, root], work, cancellationToken);
        }

        return root;
    }

    /// <summary>
    /// apt's own settings stay (proxies, certificates), but its folders are ours, and hooks that tidy up the system after an update are off:
    /// this update is none of the system's.
    /// </summary>
    private static string Configuration(string sourceList, string lists, string cache) =>
        $"""
        #clear APT::Update::Pre-Invoke;
        #clear APT::Update::Post-Invoke;
        #clear APT::Update::Post-Invoke-Success;
        #clear DPkg::Pre-Install-Pkgs;
        #clear DPkg::Post-Invoke;
        Dir::Etc::sourcelist "{sourceList}";
        Dir::Etc::sourceparts "-";
        Dir::State::lists "{lists}";
        Dir::State::status "/dev/null";
        Dir::Cache "{cache}";
        APT::Sandbox::User "";
        Acquire::Languages "none";

        """;

    /// <summary>Runs it once: what cannot print its version cannot serve.</summary>
    private static async Task<string> VersionOfAsync(EngineLaunch launch, CancellationToken cancellationToken)
    {
        var output = await RunAsync(launch.Executable, [.. launch.LeadingArguments, "--version"], Path.GetTempPath(), cancellationToken, launch.Environment);
        var line = output.Split('\n').FirstOrDefault(text => text.StartsWith("version:", StringComparison.Ordinal));
        return line is null ? "unknown" : line["version:".Length..].Trim().Split(' ')[0];
    }

    private static async Task<string> RunAsync(
        string program, IReadOnlyList<string> arguments, string folder, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new ToolException($"{program} did not start.");

        // A cancelled installation ends its tool before the folder below it goes away.
        await using var stop = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        var text = await output + await error;
        return process.ExitCode == 0
            ? text
            : throw new ToolException($"{Path.GetFileName(program)} {arguments[^1]} ended with exit code {process.ExitCode}: {string.Join(" ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(3))}");
    }

    private static string HintFor(OsRelease system) => system.Id switch
    {
        "macos" => "Install it: brew install llama.cpp",
        "fedora" or "rhel" or "centos" or "rocky" or "almalinux" => "Install it: dnf install llama-cpp",
        "arch" => "Install it: pacman -S llama.cpp",
        "alpine" => "Install it: apk add llama.cpp",
        "windows" => "Install it: winget install llama.cpp",
        _ => "Install llama.cpp so that llama-server is on PATH, or name it: llmkube up --llama-server /path/to/llama-server",
    };

    private sealed class ToolException(string message) : Exception(message);
}
