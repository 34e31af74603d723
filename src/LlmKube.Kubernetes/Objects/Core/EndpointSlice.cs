using System.Text.Json.Serialization.Metadata;

namespace LlmKube.Kubernetes.Objects.Core;

/// <summary>discovery.k8s.io/v1 EndpointSlice: addresses that answer for a Service.</summary>
public sealed record EndpointSlice : IResource<EndpointSlice>
{
    public static ResourceDefinition Definition { get; } = new("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", Namespaced: true);

    public static JsonTypeInfo<EndpointSlice> JsonType => KubernetesJson.Default.EndpointSlice;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    /// <summary><c>IPv4</c>, <c>IPv6</c> or <c>FQDN</c>.</summary>
    public string? AddressType { get; init; }

    public IReadOnlyList<Endpoint>? Endpoints { get; init; }

    /// <summary>Ports that every endpoint of the slice has.</summary>
    public IReadOnlyList<EndpointPort>? Ports { get; init; }
}

/// <summary>discovery.k8s.io/v1 Endpoint.</summary>
public sealed record Endpoint
{
    public IReadOnlyList<string> Addresses { get => field ?? []; init; }

    public EndpointConditions? Conditions { get; init; }

    public string? NodeName { get; init; }

    public ObjectReference? TargetRef { get; init; }
}

/// <summary>discovery.k8s.io/v1 EndpointConditions; an unset <c>ready</c> counts as true.</summary>
public sealed record EndpointConditions
{
    public bool? Ready { get; init; }

    public bool? Serving { get; init; }

    public bool? Terminating { get; init; }
}

/// <summary>discovery.k8s.io/v1 EndpointPort.</summary>
public sealed record EndpointPort
{
    public string? Name { get; init; }

    public int? Port { get; init; }

    public string? Protocol { get; init; }
}
