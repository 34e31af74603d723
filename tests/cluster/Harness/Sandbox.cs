using System.Diagnostics;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;

namespace LlmKube.Cluster.Tests.Harness;

/// <summary>
/// The namespaces in which a cluster is brought up: no route leads out of them, so a story that passes has needed nothing from outside,
/// and when the tests end the kernel takes every process and mount with them. What must be fetched or built is, before they are entered.
/// </summary>
internal static class Sandbox
{
    private const string HomeVariable = "LLMKUBE_CLUSTER_HOME";
    private const string FolderVariable = "LLMKUBE_CLUSTER_FOLDER";
    private const string MissingVariable = "LLMKUBE_CLUSTER_MISSING";

    /// <summary>The image of this product in the cluster.</summary>
    public const string Image = "llmkube.test/llmkube:test";

    public static bool IsInside => Environment.GetEnvironmentVariable(HomeVariable) is { Length: > 0 };

    /// <summary>Where a cluster keeps its data and its logs.</summary>
    public static string Folder => Environment.GetEnvironmentVariable(FolderVariable)!;

    /// <summary>Where the programs of a cluster are.</summary>
    public static string Home => Environment.GetEnvironmentVariable(HomeVariable)!;

    /// <summary>Why there is no cluster here; null where there is one.</summary>
    public static string? Missing => IsInside ? null : Environment.GetEnvironmentVariable(MissingVariable) ?? "the cluster tests were not prepared";

    public static string ImageArchive => Path.Combine(Checkout.Root, "artifacts", "image", "llmkube.test.tar");

    /// <summary>Fetches and builds what the cluster needs; false where this machine cannot run one, and the tests then say why they are skipped.</summary>
    public static bool TryPrepare()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            return Refuse("a node with real pods needs Linux and root");
        }

        if (Run("unshare", ["--net", "--mount", "--pid", "--fork", "true"], out _) != 0)
        {
            return Refuse("this machine does not let the tests have namespaces of their own (unshare)");
        }

        if (Run(Path.Combine(Checkout.Root, "tests", "cluster", "prepare"), [], out var said) != 0)
        {
            return Refuse("tests/cluster/prepare failed; its output is above");
        }

        Environment.SetEnvironmentVariable(HomeVariable, said.Trim().Split('\n')[^1]);
        if (Run(Path.Combine(Checkout.Root, "scripts", "build-image"), ["--name", Image, "--output", ImageArchive], out _) != 0)
        {
            Environment.SetEnvironmentVariable(HomeVariable, null);
            throw new InvalidOperationException("scripts/build-image failed: see its output above.");
        }

        // The engine and the object store are fetched once, while there is a way out.
        if (EngineImage.FetchAsync().GetAwaiter().GetResult() is { } noEngine)
        {
            Environment.SetEnvironmentVariable(HomeVariable, null);
            return Refuse(noEngine);
        }

        S3Server.InstallAsync().GetAwaiter().GetResult();
        ChartRenderer.PrepareAsync(Checkout.Root).GetAwaiter().GetResult();
        return true;
    }

    /// <summary>Runs this program again inside; its exit code is the result.</summary>
    public static int Enter(string[] args)
    {
        var folder = Directory.CreateTempSubdirectory("llmkube-cluster-").FullName;
        var start = new ProcessStartInfo("unshare") { UseShellExecute = false };
        start.Environment[FolderVariable] = folder;
        foreach (var argument in (string[])["--net", "--mount", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc", Environment.ProcessPath!, .. args])
        {
            start.ArgumentList.Add(argument);
        }

        using var inside = Process.Start(start)!;
        inside.WaitForExit();

        // The logs of a run that failed are worth keeping. Everything that was mounted below is gone with its namespace.
        if (inside.ExitCode == 0)
        {
            Directory.Delete(folder, recursive: true);
        }

        return inside.ExitCode;
    }

    private static bool Refuse(string why)
    {
        Environment.SetEnvironmentVariable(MissingVariable, why);
        return false;
    }

    /// <summary>Runs a program to its end; what it says beside its output is shown.</summary>
    private static int Run(string program, string[] arguments, out string output)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
