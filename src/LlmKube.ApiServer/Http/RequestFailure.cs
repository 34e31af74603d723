using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Http;

/// <summary>
/// The request ends here with this <c>Status</c>. An exception, because any depth of a request's handling can find the
/// reason, and exactly one place (<see cref="RequestPipeline"/>) answers it.
/// </summary>
internal sealed class RequestFailure(Status status) : Exception(status.Message)
{
    public Status Status { get; } = status;

    public int Code => Status.Code ?? 500;
}
