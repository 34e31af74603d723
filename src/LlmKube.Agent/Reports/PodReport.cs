using System.Globalization;
using LlmKube.Agent.Replicas;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Agent.Reports;

/// <summary>The Pod that mirrors a replica. Pure.</summary>
internal static class PodReport
{
    public const string ContainerName = "llama-server";
    public const string DrainingCondition = "llmkube.dev/Draining";

    /// <summary>What the Pod is: written once.</summary>
    public static Pod Of(InferenceService service, ReplicaTemplate? template, string podName, string nodeName, string address, FetchStatus? fetch = null) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = podName,
            Namespace = service.Metadata.Namespace,
            Labels = LabelsOf(service),
            Annotations = fetch is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { [Annotations.FetchProgress] = fetch.ToText() },
            OwnerReferences = [service.AsControllerReference()],
        },
        Spec = new PodSpec
        {
            NodeName = nodeName,
            RestartPolicy = "Always",
            Containers =
            [
                new Container
                {
                    Name = ContainerName,
                    Image = $"host/{template?.Engine.Name ?? ContainerName}:{(template is null ? "missing" : template.Engine.Version ?? "installed")}",
                    Command = template is null ? null : [template.Engine.Executable],
                    Args = template is null ? null : [.. template.ArgumentsFor(port: 0, address).Select((argument, index) => argument == "0" && index > 0 ? "$(PORT)" : argument)],
                },
            ],
        },
    };

    public static IReadOnlyDictionary<string, string> LabelsOf(InferenceService service) =>
        Labels.OfReplicas(service.Metadata.Name ?? "", service.Spec.ModelRef, Defaults.RuntimeOf(service.Spec));

    /// <summary>How the Pod is, as a kubelet would say it.</summary>
    /// <param name="replica">The replica; null when it does not exist because there is no room for it.</param>
    /// <param name="refusal">Why there is no room.</param>
    /// <param name="service">Name of the service, for the hint.</param>
    /// <param name="address">The machine's address.</param>
    /// <param name="before">What the Pod says now: times move only when their condition does.</param>
    /// <param name="now">The present.</param>
    public static PodStatus StatusOf(ReplicaSnapshot? replica, Refusal? refusal, string service, string address, PodStatus? before, DateTimeOffset now)
    {
        if (refusal is { Waits: true })
        {
            return Initializing(refusal, address, before, now);
        }

        var ready = replica?.Phase == ReplicaPhase.Ready;
        var running = replica is { Pid: not null };
        return new PodStatus
        {
            Phase = running || replica?.LastExit is not null ? "Running" : "Pending",
            HostIP = address,
            PodIP = running ? address : null,
            StartTime = before?.StartTime ?? Seconds(now),
            Conditions =
            [
                Condition("PodScheduled", refusal is null, refusal?.Reason, refusal?.Message, before, now),
                Condition("Initialized", refusal is null, null, null, before, now),
                Condition("ContainersReady", ready, ready ? null : "ContainersNotReady", null, before, now),
                Condition("Ready", ready, ready ? null : "ContainersNotReady", null, before, now),
                Condition(DrainingCondition, replica?.Phase == ReplicaPhase.Draining, null, null, before, now),
            ],
            ContainerStatuses = replica is null ? null : [ContainerOf(replica, ready, service)],
        };
    }

    /// <summary>A Pod whose model is on its way, as one whose init container runs.</summary>
    private static PodStatus Initializing(Refusal waiting, string address, PodStatus? before, DateTimeOffset now) => new()
    {
        Phase = "Pending",
        HostIP = address,
        StartTime = before?.StartTime ?? Seconds(now),
        Conditions =
        [
            Condition("PodScheduled", true, null, null, before, now),
            Condition("Initialized", false, "ContainersNotInitialized", waiting.Message, before, now),
            Condition("ContainersReady", false, "ContainersNotReady", null, before, now),
            Condition("Ready", false, "ContainersNotReady", null, before, now),
        ],
        ContainerStatuses =
        [
            new ContainerStatus
            {
                Name = ContainerName,
                Image = "host/llama-server",
                ImageID = "",
                State = new ContainerState { Waiting = new ContainerStateWaiting { Reason = "PodInitializing", Message = waiting.Message } },
            },
        ],
    };

    private static ContainerStatus ContainerOf(ReplicaSnapshot replica, bool ready, string service) => new()
    {
        Name = ContainerName,
        Ready = ready,
        Started = replica.ReadyAt is not null,
        RestartCount = replica.Restarts,
        Image = "host/llama-server",
        ImageID = "",
        ContainerID = replica.Pid is { } pid ? string.Create(CultureInfo.InvariantCulture, $"process://{pid}") : null,
        State = replica.Pid is not null
            ? new ContainerState { Running = new ContainerStateRunning { StartedAt = Seconds(replica.StartedAt) } }
            : new ContainerState
            {
                Waiting = new ContainerStateWaiting
                {
                    Reason = replica.LastExit is null ? "ContainerCreating" : "CrashLoopBackOff",
                    Message = replica.LastExit is null ? null : EndingOf(replica, service),
                },
            },
        LastState = replica.LastExit is not { } exit ? null : new ContainerState
        {
            Terminated = new ContainerStateTerminated
            {
                ExitCode = exit.ExitCode ?? 0,
                Reason = exit.ExitCode == 0 ? "Completed" : "Error",
                Message = string.Join('\n', replica.LastWords),
                StartedAt = Seconds(replica.LastStartedAt),
                FinishedAt = Seconds(exit.At),
            },
        },
    };

    private static string EndingOf(ReplicaSnapshot replica, string service)
    {
        var code = replica.LastExit?.ExitCode is { } known ? $"ended with exit code {known}" : "ended";
        var words = replica.LastWords.Count == 0 ? "It said nothing." : $"Its last words: {Shorten(replica.LastWords[^1])}";
        return $"The engine {code}; it is started again after a while. {words} See llmkube logs {service}.";
    }

    private static string Shorten(string line) => line.Length <= 200 ? line : line[..200] + "…";

    private static PodCondition Condition(string type, bool status, string? reason, string? message, PodStatus? before, DateTimeOffset now)
    {
        var text = status ? Kubernetes.Objects.Condition.True : Kubernetes.Objects.Condition.False;
        var old = before?.Conditions?.FirstOrDefault(condition => condition.Type == type);
        return new PodCondition
        {
            Type = type,
            Status = text,
            Reason = reason,
            Message = message,
            LastTransitionTime = old?.Status == text ? old.LastTransitionTime : Seconds(now),
        };
    }

    private static DateTimeOffset? Seconds(DateTimeOffset? time) => time is { } at ? DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds()) : null;
}
