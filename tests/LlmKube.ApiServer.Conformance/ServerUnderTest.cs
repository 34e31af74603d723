using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Conformance.Scripts;
using Xunit;

[assembly: AssemblyFixture(typeof(LlmKube.ApiServer.Conformance.ServerUnderTest))]

namespace LlmKube.ApiServer.Conformance;

/// <summary>
/// The API server that the cases run against: the one that <c>LLMKUBE_CONFORMANCE_KUBECONFIG</c> names, else an embedded one of their own.
/// </summary>
public sealed class ServerUnderTest : IAsyncLifetime
{
    private const string Variable = "LLMKUBE_CONFORMANCE_KUBECONFIG";

    private EmbeddedApiServer? _embedded;
    private string? _directory;

    public string KubeConfig { get; private set; } = "";

    public string Kubectl { get; private set; } = "";

    /// <summary>The version of Kubernetes that a server named from outside is; the embedded one is held to every case.</summary>
    public Version Version { get; private set; } = new(int.MaxValue, 0);

    /// <summary>Why no case can run here; null where they can.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        try
        {
            Kubectl = await KubectlBinary.FindAsync(CancellationToken.None);
        }
        catch (KubectlMissingException e)
        {
            Missing = e.Message;
            return;
        }

        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            KubeConfig = File.Exists(given) ? given : throw new FileNotFoundException($"{Variable} names {given}, which is not there");
            Version = await VersionAsync();
            return;
        }

        _directory = Directory.CreateTempSubdirectory("llmkube-conformance-server-").FullName;
        _embedded = await EmbeddedApiServer.StartAsync(new EmbeddedApiServerOptions
        {
            DataDirectory = _directory,
            // Small, so that a case can outrun it; a real server forgets too.
            HistoryCapacity = 64,
        }, CancellationToken.None);
        KubeConfig = _embedded.KubeConfigPath;
    }

    private async Task<Version> VersionAsync()
    {
        using var process = Process.Start(new ProcessStartInfo(Kubectl, ["get", "--raw", "/version", "--kubeconfig", KubeConfig]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var version = JsonNode.Parse(await process.StandardOutput.ReadToEndAsync())!;
        await process.WaitForExitAsync();
        return new Version(Number((string)version["major"]!), Number((string)version["minor"]!));

        // A vendor writes 27+.
        static int Number(string text) => int.Parse(text.TrimEnd('+'), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
            Directory.Delete(_directory!, recursive: true);
        }
    }
}
