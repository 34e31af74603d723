namespace LlmKube.Kubernetes.Objects;

/// <summary>meta/v1 PartialObjectMetadata: an object of any kind without anything but its metadata.</summary>
public sealed record PartialObjectMetadata : IResource
{
    // JSON as it is comes last, for servers that cannot leave the rest out: it is ignored here then.
    internal const string MediaType = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json";
    internal const string ListMediaType = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json";

    /// <summary>Of this form, not of the object.</summary>
    public string ApiVersion { get => field ?? "meta.k8s.io/v1"; init; }

    /// <summary>Of this form, not of the object.</summary>
    public string Kind { get => field ?? "PartialObjectMetadata"; init; }

    public ObjectMeta Metadata { get => field ?? new ObjectMeta(); init; }
}
