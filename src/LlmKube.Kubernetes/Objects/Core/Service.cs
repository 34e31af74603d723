using System.Text.Json.Serialization.Metadata;

namespace LlmKube.Kubernetes.Objects.Core;

/// <summary>core/v1 Service: a name for a set of endpoints.</summary>
public sealed record Service : IResource<Service>
{
    public static ResourceDefinition Definition { get; } = new("", "v1", "Service", "services", Namespaced: true);

    public static JsonTypeInfo<Service> JsonType => KubernetesJson.Default.Service;

    public string ApiVersion { get => field ?? Definition.ApiVersion; init; }

    public string Kind { get => field ?? Definition.Kind; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }

    public ServiceSpec? Spec { get; init; }
}

/// <summary>core/v1 ServiceSpec.</summary>
public sealed record ServiceSpec
{
    public string? Type { get; init; }

    public string? ClusterIP { get; init; }

    public IReadOnlyDictionary<string, string>? Selector { get; init; }

    public IReadOnlyList<ServicePort>? Ports { get; init; }
}

/// <summary>core/v1 ServicePort.</summary>
public sealed record ServicePort
{
    public string? Name { get; init; }

    public string? Protocol { get; init; }

    public int Port { get; init; }

    public IntOrString? TargetPort { get; init; }

    public int? NodePort { get; init; }
}
