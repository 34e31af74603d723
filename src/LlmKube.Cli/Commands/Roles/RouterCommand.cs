using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Cli.Hosting;
using LlmKube.Router;
using Microsoft.Extensions.Logging;

namespace LlmKube.Cli.Commands.Roles;

/// <summary><c>llmkube router</c>: one OpenAI-compatible address for all services of a cluster.</summary>
internal static class RouterCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var address = new Option<string>("--bind-address") { Description = "Where requests are taken", HelpName = "address", DefaultValueFactory = _ => ":8080" };
        var command = new Command(
            "router",
            "Run the router of a cluster\n\nOne OpenAI-compatible address for all services: the model of a request names the service.\n\nExamples:\n  llmkube router\n  llmkube router --bind-address 127.0.0.1:9000")
        { address };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, null, cancellationToken);
            var listen = ProbeServer.Parse(parsed.GetValue(address)!, address.Name) ?? throw new CommandFailure("The router needs an address.", "Write :8080.", ExitCodes.Usage);
            using var logging = LoggerFactory.Create(builder => builder
                .AddFilter("Microsoft", LogLevel.Warning)
                .AddProvider(new LineLoggerProvider(context.Terminal.Error.Profile.Out.Writer, context.Time)));
            try
            {
                await using var router = await RouterHost.StartAsync(
                    new RouterOptions { Address = listen.Address, Port = listen.Port, PortOption = address.Name }, connection.Client, context.Time, logging, cancellationToken);
                await Task.WhenAny(router.Completion, Task.Delay(Timeout.InfiniteTimeSpan, context.Time, cancellationToken));
                await router.StopAsync(CancellationToken.None);
                await router.Completion;
            }
            catch (RouterStartException e)
            {
                throw new CommandFailure(e.Message);
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
