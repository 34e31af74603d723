using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>How clients reach the service.</summary>
public sealed record EndpointSpec
{
    /// <summary>Port of the Service, and of the runtime unless containerPort says otherwise.</summary>
    [Default(8080)]
    [Minimum(1)]
    [Maximum(65535)]
    public int? Port { get; init; }

    /// <summary>Path that status.endpoint ends in.</summary>
    [Default("/v1/chat/completions")]
    public string? Path { get; init; }

    /// <summary>Type of the Service.</summary>
    [Default(ServiceTypes.ClusterIp)]
    [OneOf(ServiceTypes.ClusterIp, ServiceTypes.NodePort, ServiceTypes.LoadBalancer)]
    public string? Type { get; init; }

    /// <summary>Port on every node, for the types that open one.</summary>
    [Minimum(30000)]
    [Maximum(32767)]
    public int? NodePort { get; init; }

    /// <summary>Publish the service through a gateway for AI traffic.</summary>
    public EndpointGatewaySpec? Gateway { get; init; }
}

/// <summary>Through which gateway the service is published.</summary>
public sealed record EndpointGatewaySpec
{
    /// <summary>Whether it is published.</summary>
    public bool? Enabled { get; init; }

    /// <summary>The gateway.</summary>
    [Required]
    public GatewayReference? GatewayRef { get; init; }

    /// <summary>Model name by which the gateway routes. Without it: the service's name.</summary>
    public string? ModelName { get; init; }
}

/// <summary>Names a Gateway.</summary>
public sealed record GatewayReference
{
    /// <summary>Name of the Gateway.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Namespace of the Gateway. Without it: the service's own.</summary>
    public string? Namespace { get; init; }
}
