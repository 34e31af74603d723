using System.CommandLine;
using System.Net;
using LlmKube.Cli.Commands.Cache;
using LlmKube.Cli.Console;
using LlmKube.Cli.Hosting;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Leadership;
using LlmKube.Kubernetes.Telemetry;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.HuggingFace;
using LlmKube.Operator;
using LlmKube.Operator.Repositories;
using LlmKube.Operator.Webhooks;
using LlmKube.Resources;
using Microsoft.Extensions.Logging;

namespace LlmKube.Cli.Commands.Roles;

/// <summary><c>llmkube operator</c>: the operator of a cluster, as its Deployment runs it.</summary>
internal static class OperatorCommand
{
    /// <summary>The lease of existing LLMKube: an operator of either kind waits for the other to go.</summary>
    private const string LeaseName = "882d6afe.llmkube.dev";

    public static Command Build(CommandContext context, CommonOptions common)
    {
        var flags = new OperatorFlags();
        var command = new Command(
            "operator",
            "Run the operator of a cluster\n\nIt watches Models and InferenceServices and keeps their Deployments, Services and claims. Its Deployment runs it in the cluster; with a kubeconfig it runs anywhere.\n\nExamples:\n  llmkube operator --init-container-image registry.local/llmkube:1.0\n  llmkube operator --model-cache-mode perService --leader-elect");
        flags.AddTo(command);
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, null, cancellationToken, configuration => flags.Paced(configuration, parsed));
            await RunAsync(connection, flags, parsed, context, cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task RunAsync(ClusterConnection connection, OperatorFlags flags, ParseResult parsed, CommandContext context, CancellationToken cancellationToken)
    {
        var settings = flags.Settings(parsed, context);
        var options = new OperatorOptions
        {
            AllowedHostPathRoots = settings.AllowedHostPathRoots,
            Pods = settings,
            Notifications = new RepositoryNotifications(),
            ServesKubeAi = parsed.GetValue(flags.ServeKubeAi),
            Offline = parsed.GetValue(flags.Offline) || HuggingFaceOptions.IsOffline(context.Environment),
            DriftInterval = OperatorFlags.Duration(parsed.GetValue(flags.RevalidateInterval)!, flags.RevalidateInterval.Name),
            Backends = ModelBackends.All(SourceAccess.OfAnInstallation(context), HuggingFaceOptions.FromEnvironment(context.Environment), settings.AllowedHostPathRoots, context.Time),
        };
        using var logging = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddProvider(new LineLoggerProvider(context.Terminal.Error.Profile.Out.Writer, context.Time)));
        using var metrics = new PrometheusText();
        await using var probes = await ProbeServer.StartAsync(flags.Addresses.Probes(parsed), flags.Addresses.Metrics(parsed), metrics, cancellationToken);
        await using var notifications = await NotificationServer.StartAsync(
            flags.Addresses.Notifications(parsed), context.Environment(NotificationServer.TokenVariable), options.Notifications, cancellationToken);
        var identity = context.Environment("POD_NAME") ?? Dns.GetHostName();
        var host = new ControllerHostOptions
        {
            Component = FieldManagers.Operator,
            Identity = identity,
            Time = context.Time,
            Logging = logging,
            OnSynced = probes.SetReady,
            LeaderElection = parsed.GetValue(flags.LeaderElect) ? new LeaderElectionOptions { Namespace = connection.Namespace, LeaseName = LeaseName, Identity = identity } : null,
        };
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var webhooks = flags.Webhooks(parsed, connection.Namespace) is { } served
            ? WebhookServer.RunAsync(new WebhookKeeper(connection.Client, served, context.Time, logging), served.Port, ending.Token)
            : Task.Delay(Timeout.InfiniteTimeSpan, context.Time, ending.Token);
        var work = OperatorHost.RunAsync(connection.Client, options, host, ending.Token);
        var first = await Task.WhenAny(work, webhooks);
        await ending.CancelAsync();
        await Task.WhenAny(Task.WhenAll(work, webhooks));
        if (!cancellationToken.IsCancellationRequested)
        {
            await first;
        }
    }
}
