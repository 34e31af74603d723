using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Schemas;

/// <summary>The defaults of the kinds that make pods from a template.</summary>
internal static class WorkloadDefaults
{
    public static void Apply(string kind, JsonObject spec)
    {
        ApplyTemplate(spec);
        switch (kind)
        {
            case "Deployment":
                BuiltInDefaults.Set(spec, "replicas", 1);
                BuiltInDefaults.Set(spec, "revisionHistoryLimit", 10);
                BuiltInDefaults.Set(spec, "progressDeadlineSeconds", 600);
                ApplyRollingUpdate(BuiltInDefaults.Child(spec, "strategy"), new JsonObject { ["maxSurge"] = "25%", ["maxUnavailable"] = "25%" });
                break;
            case "ReplicaSet":
                BuiltInDefaults.Set(spec, "replicas", 1);
                break;
            case "StatefulSet":
                BuiltInDefaults.Set(spec, "replicas", 1);
                BuiltInDefaults.Set(spec, "revisionHistoryLimit", 10);
                BuiltInDefaults.Set(spec, "podManagementPolicy", "OrderedReady");
                ApplyRollingUpdate(BuiltInDefaults.Child(spec, "updateStrategy"), new JsonObject { ["partition"] = 0 });
                break;
            case "DaemonSet":
                BuiltInDefaults.Set(spec, "revisionHistoryLimit", 10);
                ApplyRollingUpdate(BuiltInDefaults.Child(spec, "updateStrategy"), new JsonObject { ["maxSurge"] = 0, ["maxUnavailable"] = 1 });
                break;
        }
    }

    public static void ApplyJob(JsonObject spec)
    {
        ApplyTemplate(spec);
        if (spec["completions"] is null && spec["parallelism"] is null)
        {
            spec["completions"] = 1;
        }

        BuiltInDefaults.Set(spec, "parallelism", 1);
        BuiltInDefaults.Set(spec, "backoffLimit", 6);
        BuiltInDefaults.Set(spec, "completionMode", "NonIndexed");
        BuiltInDefaults.Set(spec, "suspend", false);
    }

    public static void ApplyCronJob(JsonObject spec)
    {
        BuiltInDefaults.Set(spec, "concurrencyPolicy", "Allow");
        BuiltInDefaults.Set(spec, "suspend", false);
        BuiltInDefaults.Set(spec, "successfulJobsHistoryLimit", 3);
        BuiltInDefaults.Set(spec, "failedJobsHistoryLimit", 1);
        if (spec["jobTemplate"] is JsonObject template && template["spec"] is JsonObject job)
        {
            ApplyTemplate(job);
        }
    }

    private static void ApplyRollingUpdate(JsonObject strategy, JsonObject defaults)
    {
        BuiltInDefaults.Set(strategy, "type", "RollingUpdate");
        if (JsonTypes.Text(strategy["type"]) is "RollingUpdate")
        {
            var settings = BuiltInDefaults.Child(strategy, "rollingUpdate");
            foreach (var (name, value) in defaults.ToList())
            {
                BuiltInDefaults.Set(settings, name, value!.DeepClone());
            }
        }
    }

    private static void ApplyTemplate(JsonObject spec)
    {
        if (spec["template"] is JsonObject template && template["spec"] is JsonObject pod)
        {
            PodDefaults.Apply(pod);
        }
    }
}
