using System.Globalization;
using System.Runtime.InteropServices;
using LlmKube.Agent.Memory;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Resources;
using Microsoft.Extensions.Logging;

namespace LlmKube.Agent.Nodes;

/// <summary>Shows this machine as a Node, and keeps its Lease fresh: the heartbeat by which others know that the agent lives.</summary>
internal sealed partial class NodeRegistration(KubernetesClient client, AgentOptions options, TimeProvider time, ILogger logger)
{
    private const string LeaseNamespace = "kube-node-lease";
    private const int LeaseSeconds = 40;
    private static readonly TimeSpan s_renewInterval = TimeSpan.FromSeconds(10);
    private static readonly ApplyOptions s_apply = new(FieldManagers.Agent);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_renewInterval, time);
        var registered = false;
        try
        {
            do
            {
                try
                {
                    if (!registered)
                    {
                        await RegisterAsync(ready: true, cancellationToken);
                        registered = true;
                    }

                    await client.Of<Lease>().ApplyAsync(LeaseNow(), s_apply, cancellationToken);
                }
                catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
                {
                    LogHeartbeatFailed(e.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await SignOffAsync();
        }
    }

    private async Task SignOffAsync()
    {
        try
        {
            await RegisterAsync(ready: false, CancellationToken.None);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            LogHeartbeatFailed(e.Message);
        }
    }

    private async Task RegisterAsync(bool ready, CancellationToken cancellationToken)
    {
        var node = NodeNow(ready);
        await client.Of<Node>().ApplyAsync(node with { Status = null }, s_apply, cancellationToken);
        await client.Of<Node>().ApplyAsync(node with { Spec = null }, s_apply with { Subresource = "status" }, cancellationToken);
    }

    private Node NodeNow(bool ready)
    {
        var resources = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cpu"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
            ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{MachineMemory.Read().TotalBytes / 1024}Ki"),
        };
        var architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        var system = OperatingSystem.IsMacOS() ? "darwin" : "linux";
        return new Node
        {
            Metadata = new ObjectMeta
            {
                Name = options.NodeName,
                Labels = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    [Labels.Agent] = "true",
                    ["kubernetes.io/hostname"] = options.NodeName,
                    ["kubernetes.io/os"] = system,
                    ["kubernetes.io/arch"] = architecture,
                },
            },
            Spec = new NodeSpec(),
            Status = new NodeStatus
            {
                Capacity = resources,
                Allocatable = resources,
                Addresses = [new NodeAddress { Type = "InternalIP", Address = options.Address }, new NodeAddress { Type = "Hostname", Address = options.NodeName }],
                NodeInfo = new NodeSystemInfo
                {
                    Architecture = architecture,
                    OperatingSystem = system,
                    OsImage = RuntimeInformation.OSDescription,
                    KernelVersion = Environment.OSVersion.Version.ToString(),
                    KubeletVersion = "llmkube",
                    ContainerRuntimeVersion = "process://host",
                },
                Conditions =
                [
                    new PodCondition
                    {
                        Type = "Ready",
                        Status = ready ? Condition.True : Condition.False,
                        Reason = ready ? "AgentReady" : "AgentStopped",
                        Message = ready ? "The agent runs model servers." : "The agent was stopped.",
                        LastTransitionTime = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds()),
                    },
                ],
            },
        };
    }

    private Lease LeaseNow() => new()
    {
        Metadata = new ObjectMeta { Name = options.NodeName, Namespace = LeaseNamespace },
        Spec = new LeaseSpec { HolderIdentity = options.NodeName, LeaseDurationSeconds = LeaseSeconds, RenewTime = time.GetUtcNow() },
    };

    [LoggerMessage(Level = LogLevel.Warning, EventName = "HeartbeatFailed", Message = "The heartbeat of this machine could not be written: {Why}")]
    private partial void LogHeartbeatFailed(string why);
}
