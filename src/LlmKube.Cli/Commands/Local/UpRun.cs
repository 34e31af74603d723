using System.Net;
using LlmKube.Agent.Engines;
using LlmKube.Cli.Commands.Cache;
using LlmKube.Cli.Console;
using LlmKube.Cli.Hosting;
using LlmKube.Local;
using LlmKube.Models.Backends.HuggingFace;
using Microsoft.Extensions.Logging;

namespace LlmKube.Cli.Commands.Local;

/// <summary>Runs everything in this process until Ctrl-C, and then stops everything.</summary>
internal static class UpRun
{
    public static async Task<int> RunAsync(UpOptions options, CommandContext context, CancellationToken cancellationToken)
    {
        var terminal = context.Terminal;
        if (!IPAddress.TryParse(options.Address, out var address))
        {
            throw new CommandFailure($"--address {options.Address} is not an IP address.", "Use 127.0.0.1 for this machine only, or 0.0.0.0 for every network it is in.", ExitCodes.Usage);
        }

        if (!IPAddress.IsLoopback(address))
        {
            terminal.Say($"The OpenAI-compatible API asks nobody who they are, and {address} can be reached from other machines.");
        }

        using var logging = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(options.Verbose ? LogLevel.Debug : LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddProvider(new LineLoggerProvider(terminal.Error.Profile.Out.Writer, context.Time)));
        LocalHost host;
        try
        {
            host = await LocalHost.StartAsync(OptionsOf(options, address, logging, context), cancellationToken);
        }
        catch (LocalStartException e)
        {
            throw new CommandFailure(e.Message);
        }

        await using (host)
        {
            SayWhereItIs(host, options, context);
            var stopped = Task.Delay(Timeout.InfiniteTimeSpan, context.Time, cancellationToken);
            var ended = await Task.WhenAny(host.Completion, stopped);
            terminal.Say("Stopping: requests in progress end first ...");
            await host.StopAsync();
            if (ended != stopped)
            {
                await host.Completion;
                return ExitCodes.Failed;
            }

            terminal.Say("Stopped. What was deployed is kept, and comes back with llmkube up.");
            return ExitCodes.Ok;
        }
    }

    private static LocalOptions OptionsOf(UpOptions options, IPAddress address, ILoggerFactory logging, CommandContext context)
    {
        var home = context.Home;
        string[] usual = [context.FullPath("~"), home];
        return new LocalOptions
        {
            Home = home,
            Address = address,
            RouterPort = options.Port,
            ApiPort = options.ApiPort,
            AllowedPaths = options.AllowPaths.Count > 0 ? [.. options.AllowPaths.Select(context.FullPath), home] : usual,
            FindEngine = () => LlamaServerLocator.Find(options.LlamaServer is null ? null : context.FullPath(options.LlamaServer), home, context.Environment),
            Network = SourceAccess.OfAnInstallation(context),
            Hub = HuggingFaceOptions.FromEnvironment(context.Environment),
            StoreLimitBytes = StoreOptions.Bytes(options.StoreLimit, "--store-limit"),
            Offline = HuggingFaceOptions.IsOffline(context.Environment),
            NodeName = Dns.GetHostName().ToLowerInvariant(),
            Time = context.Time,
            Logging = logging,
        };
    }

    private static void SayWhereItIs(LocalHost host, UpOptions options, CommandContext context)
    {
        var terminal = context.Terminal;
        terminal.Say("");
        terminal.Say($"  OpenAI-compatible API  {host.Router}v1");
        terminal.Say($"  Kubernetes API         {host.ApiServer}");
        terminal.Say($"  kubeconfig             {host.KubeConfig}");
        if (LlamaServerLocator.Find(options.LlamaServer is null ? null : context.FullPath(options.LlamaServer), context.Home, context.Environment) is { } engine)
        {
            terminal.Say($"  engine                 {engine.Executable}");
        }
        else
        {
            terminal.Say("  engine                 none yet: llmkube runtime install gets llama-server");
        }

        terminal.Say("");
        terminal.Say("  llmkube deploy demo --source /path/to/model.gguf     Ctrl-C stops everything");
        terminal.Say("");
    }
}
