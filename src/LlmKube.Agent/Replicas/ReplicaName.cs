using System.Globalization;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Agent.Replicas;

/// <summary>Which replica a process is: its service and its place among the replicas.</summary>
internal readonly record struct ReplicaName(ObjectKey Service, int Ordinal)
{
    /// <summary>The name of its Pod; a changed template is another Pod.</summary>
    public string PodName(string hash) => string.Create(CultureInfo.InvariantCulture, $"{Service.Name.Replace('.', '-')}-{hash}-{Ordinal}");

    /// <summary>The form that a process carries in its mark: <c>namespace/service/ordinal</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Service.Namespace}/{Service.Name}/{Ordinal}");

    public static ReplicaName? Parse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 3 && int.TryParse(parts[2], CultureInfo.InvariantCulture, out var ordinal)
            ? new ReplicaName(new ObjectKey(parts[0], parts[1]), ordinal)
            : null;
    }
}
