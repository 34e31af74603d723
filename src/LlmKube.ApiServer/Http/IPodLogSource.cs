using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Http;

/// <summary>Which part of a container's log to read.</summary>
public sealed record PodLogQuery
{
    /// <summary>Null where the pod has one container.</summary>
    public string? Container { get; init; }

    /// <summary>Goes on with new lines until the caller leaves.</summary>
    public bool Follow { get; init; }

    /// <summary>The run before the current one.</summary>
    public bool Previous { get; init; }

    public int? TailLines { get; init; }

    public DateTimeOffset? Since { get; init; }

    public long? LimitBytes { get; init; }

    public bool Timestamps { get; init; }
}

/// <summary>Where the log of a pod comes from: whoever runs it.</summary>
public interface IPodLogSource
{
    /// <summary>Writes the log to <paramref name="output"/>; false when this source has none for the pod.</summary>
    Task<bool> WriteAsync(ObjectKey pod, PodLogQuery query, Stream output, CancellationToken cancellationToken);
}
