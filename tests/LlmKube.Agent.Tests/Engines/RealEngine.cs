using LlmKube.Agent.Engines;
using Xunit;

namespace LlmKube.Agent.Tests.Engines;

/// <summary>A real llama-server: the machine's own, or one that is fetched once and kept beside other things the tests need.</summary>
internal static class RealEngine
{
    public static async Task<EngineLaunch> GetAsync(CancellationToken cancellationToken)
    {
        var home = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache", "llmkube-tests");
        if (LlamaServerLocator.Find(named: null, home, Environment.GetEnvironmentVariable) is { } found)
        {
            return found;
        }

        var result = await LlamaServerInstaller.InstallAsync(home, line => TestContext.Current.SendDiagnosticMessage(line), cancellationToken);
        if (result is InstallResult.NotPossible no)
        {
            Assert.Skip($"There is no llama-server, and none can be fetched: {no.Message} {no.Hint}");
        }

        return ((InstallResult.Installed)result).Launch;
    }
}
