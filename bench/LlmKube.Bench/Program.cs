using LlmKube.Bench.Registry;
using LlmKube.Bench.Router;
using LlmKube.Bench.Scale;
using LlmKube.Bench.Startup;
using LlmKube.Bench.Transfer;

namespace LlmKube.Bench;

/// <summary>Runs one scenario by name. Results are ratios between things measured side by side in one run.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        using var stopping = new CancellationTokenSource();
        using var interrupt = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            stopping.Cancel();
        });
        using var output = new StreamWriter(OpenStandardOutput()) { AutoFlush = true };
        switch (arguments)
        {
            case ["router", .. var rest]:
                return await RouterScenario.RunAsync(rest, output, stopping.Token);

            case ["startup", .. var rest]:
                return await StartupScenario.RunAsync(rest, output, stopping.Token);

            case ["transfer", .. var rest]:
                return await TransferScenario.RunAsync(rest, output, stopping.Token);

            case ["registry", .. var rest]:
                return await RegistryScenario.RunAsync(rest, output, stopping.Token);

            case ["scale", .. var rest]:
                return await ScaleScenario.RunAsync(rest, output, stopping.Token);

            // What the scenario starts of itself, as processes of their own.
            case ["fake-engine", var port]:
                await FakeEngineProcess.RunAsync(PortOf(port), output, stopping.Token);
                return 0;
            case ["router-process", var port, var enginePort]:
                await RouterProcess.RunAsync(PortOf(port), PortOf(enginePort), output, stopping.Token);
                return 0;
            default:
                await output.WriteLineAsync("Usage: LlmKube.Bench router [--seconds N] [--connections N] | startup [LLMKUBE] | transfer [--mib N] | registry [--mib N] | scale [--models N] [--services N]");
                return 2;
        }
    }

    private static int PortOf(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

#pragma warning disable RS0030 // The benchmark is its own console; the CLI's is not part of it.
    private static Stream OpenStandardOutput() => Console.OpenStandardOutput();
#pragma warning restore RS0030
}
