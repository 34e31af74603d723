using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Apply;

/// <summary>Who writes, through what, and when: all that field ownership needs to know about a request.</summary>
internal sealed record ApplyContext
{
    /// <summary>The field manager.</summary>
    public required string Manager { get; init; }

    /// <summary>The API version that the request was made in.</summary>
    public required string ApiVersion { get; init; }

    /// <summary><c>status</c>, <c>scale</c>, or null for the object itself.</summary>
    public string? Subresource { get; init; }

    /// <summary>Takes fields that others own with another value, instead of answering a conflict.</summary>
    public bool Force { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>The schema of the whole object; null treats maps as granular and lists as atomic.</summary>
    public Schema? Schema { get; init; }

    /// <summary>False for kinds without a status subresource, whose status is a field as any other.</summary>
    public bool StatusIsSubresource { get; init; } = true;
}
