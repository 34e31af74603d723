using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Services;

/// <summary>The Kubernetes Service of an InferenceService. Pure.</summary>
internal static class ServiceObject
{
    /// <summary>
    /// For a service on a host: without a selector, because the agent writes the EndpointSlices itself, and headless,
    /// because the processes are reached at their own addresses.
    /// </summary>
    public static Service ForHost(InferenceService service) => new()
    {
        Metadata = ChildMetadata.Of(service, ServiceNames.ServiceOf(service.Metadata.Name ?? "")),
        Spec = new ServiceSpec
        {
            Type = ServiceTypes.ClusterIp,
            ClusterIP = "None",
            Ports = [new ServicePort { Name = "http", Protocol = "TCP", Port = Defaults.ServicePortOf(service.Spec), TargetPort = new IntOrString("http") }],
        },
    };

    /// <summary>For a service in pods: it selects them, and its port is the one that they listen on.</summary>
    public static Service ForPods(InferenceService service) => new()
    {
        Metadata = ChildMetadata.Of(service, ServiceNames.ServiceOf(service.Metadata.Name ?? "")),
        Spec = new ServiceSpec
        {
            Type = Defaults.ServiceTypeOf(service.Spec),
            Selector = Labels.SelectorOf(service.Metadata.Name ?? ""),
            Ports =
            [
                new ServicePort
                {
                    Name = "http",
                    Protocol = "TCP",
                    Port = Defaults.ServicePortOf(service.Spec),
                    TargetPort = new IntOrString("http"),
                    NodePort = Defaults.ServiceTypeOf(service.Spec) == ServiceTypes.ClusterIp ? null : service.Spec.Endpoint?.NodePort,
                },
            ],
        },
    };
}
