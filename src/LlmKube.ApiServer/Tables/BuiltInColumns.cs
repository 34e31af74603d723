using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Tables;

/// <summary>Which columns a built-in kind has; a kind without any of its own shows its name and age.</summary>
internal static class BuiltInColumns
{
    public static IReadOnlyList<Column> Of(ResourceDefinition definition)
    {
        var own = (definition.Group, definition.Kind) switch
        {
            ("", "Pod") => PodColumns.All,
            ("", "Node") => NodeColumns.All,
            ("", "Event") => EventColumns.All,
            ("", "Service") => NetworkColumns.Service,
            ("", "Endpoints") => NetworkColumns.Endpoints,
            ("discovery.k8s.io", "EndpointSlice") => NetworkColumns.EndpointSlice,
            ("networking.k8s.io", "Ingress") => NetworkColumns.Ingress,
            ("networking.k8s.io", "NetworkPolicy") => NetworkColumns.NetworkPolicy,
            ("", "Namespace") => ConfigColumns.Namespace,
            ("", "Secret") => ConfigColumns.Secret,
            ("", "ConfigMap") => ConfigColumns.ConfigMap,
            ("", "ServiceAccount") => AccessColumns.ServiceAccount,
            ("coordination.k8s.io", "Lease") => ConfigColumns.Lease,
            ("apiextensions.k8s.io", "CustomResourceDefinition") => ConfigColumns.CustomResourceDefinition,
            ("rbac.authorization.k8s.io", "Role" or "ClusterRole") => AccessColumns.Role,
            ("rbac.authorization.k8s.io", "RoleBinding" or "ClusterRoleBinding") => AccessColumns.RoleBinding,
            ("scheduling.k8s.io", "PriorityClass") => ConfigColumns.PriorityClass,
            ("", "PersistentVolumeClaim") => StorageColumns.Claim,
            ("", "PersistentVolume") => StorageColumns.Volume,
            ("storage.k8s.io", "StorageClass") => StorageColumns.StorageClass,
            ("apps", "Deployment") => WorkloadColumns.Deployment,
            ("apps", "ReplicaSet") => WorkloadColumns.ReplicaSet,
            ("apps", "StatefulSet") => WorkloadColumns.StatefulSet,
            ("apps", "DaemonSet") => WorkloadColumns.DaemonSet,
            ("batch", "Job") => JobColumns.Job,
            ("batch", "CronJob") => JobColumns.CronJob,
            ("autoscaling", "HorizontalPodAutoscaler") => ScalingColumns.Autoscaler,
            ("policy", "PodDisruptionBudget") => ScalingColumns.DisruptionBudget,
            _ => null,
        };
        return own ?? [Column.ObjectName, Column.Age];
    }
}
