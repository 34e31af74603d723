using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Schemas;

namespace LlmKube.ApiServer.Schemas;

/// <summary>The built-in kinds, with the names, short names and categories under which kubectl knows them.</summary>
internal static class BuiltInKinds
{
    /// <summary>Every built-in kind, each with its whole schema.</summary>
    public static IReadOnlyList<ServedKind> All { get; } =
    [
        .. Group("", "v1", "io.k8s.api.core.v1",
            Of("ConfigMap", "configmaps", "cm", status: false),
            Of("Endpoints", "endpoints", "ep", status: false),
            Of("Event", "events", "ev", status: false),
            Of("LimitRange", "limitranges", "limits", status: false),
            Of("Namespace", "namespaces", "ns", namespaced: false),
            Of("Node", "nodes", "no", namespaced: false),
            Of("PersistentVolumeClaim", "persistentvolumeclaims", "pvc"),
            Of("PersistentVolume", "persistentvolumes", "pv", namespaced: false),
            Of("Pod", "pods", "po", categories: ["all"]),
            Of("ResourceQuota", "resourcequotas", "quota"),
            Of("Secret", "secrets", status: false),
            Of("ServiceAccount", "serviceaccounts", "sa", status: false),
            Of("Service", "services", "svc", categories: ["all"])),
        .. Group("admissionregistration.k8s.io", "v1", "io.k8s.api.admissionregistration.v1",
            Of("MutatingWebhookConfiguration", "mutatingwebhookconfigurations", namespaced: false, status: false, categories: ["api-extensions"]),
            Of("ValidatingWebhookConfiguration", "validatingwebhookconfigurations", namespaced: false, status: false, categories: ["api-extensions"])),
        .. Group("apiextensions.k8s.io", "v1", "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
            Of("CustomResourceDefinition", "customresourcedefinitions", "crd,crds", namespaced: false, categories: ["api-extensions"])),
        .. Group("apps", "v1", "io.k8s.api.apps.v1",
            Of("ControllerRevision", "controllerrevisions", status: false),
            Of("DaemonSet", "daemonsets", "ds", categories: ["all"]),
            Of("Deployment", "deployments", "deploy", categories: ["all"], scaled: true),
            Of("ReplicaSet", "replicasets", "rs", categories: ["all"], scaled: true),
            Of("StatefulSet", "statefulsets", "sts", categories: ["all"], scaled: true)),
        .. Group("autoscaling", "v2", "io.k8s.api.autoscaling.v2",
            Of("HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa", categories: ["all"])),
        .. Group("batch", "v1", "io.k8s.api.batch.v1",
            Of("CronJob", "cronjobs", "cj", categories: ["all"]),
            Of("Job", "jobs", categories: ["all"])),
        .. Group("coordination.k8s.io", "v1", "io.k8s.api.coordination.v1",
            Of("Lease", "leases", status: false)),
        .. Group("discovery.k8s.io", "v1", "io.k8s.api.discovery.v1",
            Of("EndpointSlice", "endpointslices", status: false)),
        .. Group("networking.k8s.io", "v1", "io.k8s.api.networking.v1",
            Of("IngressClass", "ingressclasses", namespaced: false, status: false),
            Of("Ingress", "ingresses", "ing"),
            Of("NetworkPolicy", "networkpolicies", "netpol", status: false)),
        .. Group("policy", "v1", "io.k8s.api.policy.v1",
            Of("PodDisruptionBudget", "poddisruptionbudgets", "pdb")),
        .. Group("rbac.authorization.k8s.io", "v1", "io.k8s.api.rbac.v1",
            Of("ClusterRoleBinding", "clusterrolebindings", namespaced: false, status: false),
            Of("ClusterRole", "clusterroles", namespaced: false, status: false),
            Of("RoleBinding", "rolebindings", status: false),
            Of("Role", "roles", status: false)),
        .. Group("scheduling.k8s.io", "v1", "io.k8s.api.scheduling.v1",
            Of("PriorityClass", "priorityclasses", "pc", namespaced: false, status: false)),
        .. Group("storage.k8s.io", "v1", "io.k8s.api.storage.v1",
            Of("StorageClass", "storageclasses", "sc", namespaced: false, status: false)),
    ];

    /// <summary>A kind whose group is not known yet; <see cref="Group"/> places it.</summary>
    private static Draft Of(
        string kind, string plural, string shortNames = "", bool namespaced = true, bool status = true, bool scaled = false, IReadOnlyList<string>? categories = null) =>
        new(kind, plural, shortNames, namespaced, status, scaled, categories ?? []);

    private static IEnumerable<ServedKind> Group(string group, string version, string package, params IReadOnlyList<Draft> drafts) => drafts.Select(draft => new ServedKind
    {
        Definition = new ResourceDefinition(group, version, draft.Kind, draft.Plural, draft.Namespaced),
        Singular = draft.Kind.ToLowerInvariant(),
        ListKind = draft.Kind + "List",
        ShortNames = draft.ShortNames.Split(',', StringSplitOptions.RemoveEmptyEntries),
        Categories = draft.Categories,
        SchemaSource = new Lazy<Schema>(() => CoreTypes.Get($"{package}.{draft.Kind}")),
        HasStatus = draft.HasStatus,
        Subresources = draft.Kind == "Pod" ? [new Subresource("log", "", "v1", "Pod", ["get"])] : [],
        Scale = draft.IsScaled ? new ScalePaths(".spec.replicas", ".status.replicas", ".spec.selector") : null,
        IsBuiltIn = true,
    });

    private sealed record Draft(
        string Kind, string Plural, string ShortNames, bool Namespaced, bool HasStatus, bool IsScaled, IReadOnlyList<string> Categories);
}
