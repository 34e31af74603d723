using LlmKube.Agent.Replicas;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Agent.Reports;

/// <summary>The EndpointSlice of a replica. Each has its own: replicas of one machine share the address and differ in the port. Pure.</summary>
internal static class EndpointReport
{
    public static EndpointSlice Of(InferenceService service, ReplicaSnapshot replica, string nodeName, string address) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = replica.PodName,
            Namespace = service.Metadata.Namespace,
            Labels = new Dictionary<string, string>(PodReport.LabelsOf(service), StringComparer.Ordinal)
            {
                [Labels.ServiceName] = ServiceNames.ServiceOf(service.Metadata.Name ?? ""),
                [Labels.EndpointSliceManagedBy] = FieldManagers.Agent,
            },
            OwnerReferences = [service.AsControllerReference()],
        },
        AddressType = address.Contains(':', StringComparison.Ordinal) ? "IPv6" : "IPv4",
        Ports = [new EndpointPort { Name = "http", Port = replica.Port, Protocol = "TCP" }],
        Endpoints =
        [
            new Endpoint
            {
                Addresses = [address],
                NodeName = nodeName,
                TargetRef = new ObjectReference { Kind = "Pod", Namespace = service.Metadata.Namespace, Name = replica.PodName },
                Conditions = new EndpointConditions
                {
                    Ready = replica.Phase == ReplicaPhase.Ready,
                    Serving = replica.Phase is ReplicaPhase.Ready or ReplicaPhase.Draining && replica.Pid is not null,
                    Terminating = replica.Phase == ReplicaPhase.Draining,
                },
            },
        ],
    };
}
