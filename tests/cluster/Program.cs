using LlmKube.Cluster.Tests.Harness;

namespace LlmKube.Cluster.Tests;

/// <summary>Runs the tests in a sandbox: with a network, processes and mounts of their own, all of which end with them.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (!Sandbox.IsInside && Sandbox.TryPrepare())
        {
            return Sandbox.Enter(args);
        }

        return Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args).GetAwaiter().GetResult();
    }
}
