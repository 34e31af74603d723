using LlmKube.Agent.Engines;

namespace LlmKube.TestKit;

/// <summary>A real llama-server: the machine's own, or one that is fetched once and kept beside other things the tests need.</summary>
/// <param name="Launch">How to run it; null where there is none and none can be fetched.</param>
/// <param name="Missing">Why there is none, for the reason of a skipped test.</param>
public sealed record RealEngine(EngineLaunch? Launch, string Missing)
{
    /// <summary>The folder that it is fetched into: the engine stands there as in a home of the product.</summary>
    public static string Home { get; } =
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache", "llmkube-tests");

    /// <summary>Finds it, or fetches it.</summary>
    public static async Task<RealEngine> GetAsync(CancellationToken cancellationToken)
    {
        if (LlamaServerLocator.Find(named: null, Home, Environment.GetEnvironmentVariable) is { } found)
        {
            return new RealEngine(found, "");
        }

        return await LlamaServerInstaller.InstallAsync(Home, static _ => { }, cancellationToken) switch
        {
            InstallResult.Installed installed => new RealEngine(installed.Launch, ""),
            InstallResult.NotPossible no => new RealEngine(null, $"There is no llama-server, and none can be fetched: {no.Message} {no.Hint}"),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}
