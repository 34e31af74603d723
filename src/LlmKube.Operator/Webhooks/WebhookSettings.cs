namespace LlmKube.Operator.Webhooks;

/// <summary>Where the API server finds the admission webhooks.</summary>
public sealed record WebhookSettings
{
    public required int Port { get; init; }

    /// <summary>The namespace of the operator and of its Service.</summary>
    public required string Namespace { get; init; }

    /// <summary>The Service in front of the operator's pods.</summary>
    public required string ServiceName { get; init; }

    /// <summary><c>Fail</c> or <c>Ignore</c>: what becomes of a request while no operator answers. The reconcilers check the same again.</summary>
    public string FailurePolicy { get; init; } = "Ignore";
}
