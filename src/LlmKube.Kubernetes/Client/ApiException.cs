using LlmKube.Kubernetes.Objects;

namespace LlmKube.Kubernetes.Client;

/// <summary>The API server said no: its <c>Status</c>, with what was asked.</summary>
public sealed class ApiException : Exception
{
    public ApiException(string attempted, Status status, TimeSpan? retryAfter = null)
        : base($"{attempted}: {status.Message ?? status.Reason ?? $"HTTP {status.Code}"}")
    {
        Status = status;
        RetryAfter = retryAfter;
    }

    public Status Status { get; }

    /// <summary>How long the server asked to wait, from <c>Retry-After</c> or the status details.</summary>
    public TimeSpan? RetryAfter { get; }

    public int Code => Status.Code ?? 0;

    public string Reason => Status.Reason ?? "";

    public bool IsNotFound => Code == 404;

    public bool IsAlreadyExists => Code == 409 && Reason == "AlreadyExists";

    public bool IsConflict => Code == 409 && Reason != "AlreadyExists";

    public bool IsExpired => Code == 410 || Reason is "Expired" or "Gone";

    public bool IsForbidden => Code == 403;

    public bool IsUnauthorized => Code == 401;

    public bool IsInvalid => Code is 400 or 422;

    public bool IsThrottled => Code == 429;
}
