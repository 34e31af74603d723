using LlmKube.ApiServer.Storage;

namespace LlmKube.ApiServer.Selectors;

/// <summary>The fields of built-in kinds that a field selector may name, besides the metadata's name and namespace.</summary>
internal static class SelectableFields
{
    private static readonly string[] s_pod =
    [
        "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
        "status.phase", "status.podIP", "status.nominatedNodeName",
    ];

    private static readonly string[] s_event =
    [
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
        "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type",
    ];

    public static IReadOnlyCollection<string> Of(ResourceCollection collection) => (collection.Group, collection.Plural) switch
    {
        ("", "pods") => s_pod,
        ("", "events") => s_event,
        ("", "secrets") => ["type"],
        ("", "namespaces") => ["status.phase"],
        ("", "nodes") => ["spec.unschedulable"],
        ("", "services") => ["spec.clusterIP", "spec.type"],
        ("", "replicationcontrollers") or ("apps", "replicasets") => ["status.replicas"],
        ("batch", "jobs") => ["status.successful"],
        _ => [],
    };
}
