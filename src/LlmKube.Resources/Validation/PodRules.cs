using System.Text.Json;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources.Validation;

/// <summary>What must hold about the structures that go into pods, so that the API server accepts the pods.</summary>
internal static class PodRules
{
    private static readonly string[] s_probeActions = ["exec", "grpc", "httpGet", "tcpSocket"];

    /// <summary>Volumes that the operator makes by itself.</summary>
    private static readonly string[] s_ownVolumes = ["model-cache", "model-storage", "model-source", "host-model", "custom-ca-cert"];

    public static void Check(Findings findings, InferenceServiceSpec spec)
    {
        CheckLabels(findings, "spec.nodeSelector", spec.NodeSelector, values: true);
        CheckLabels(findings, "spec.podLabels", spec.PodLabels, values: true);
        CheckLabels(findings, "spec.podAnnotations", spec.PodAnnotations, values: false);
        CheckProbe(findings, "spec.probeOverrides.startup", spec.ProbeOverrides?.Startup);
        CheckProbe(findings, "spec.probeOverrides.liveness", spec.ProbeOverrides?.Liveness);
        CheckProbe(findings, "spec.probeOverrides.readiness", spec.ProbeOverrides?.Readiness);
        CheckVolumes(findings, spec.ExtraVolumes);
        findings.AddIf(
            spec.PriorityClassName is { Length: > 0 } name && !Names.IsSubdomain(name),
            "spec.priorityClassName",
            $"'{spec.PriorityClassName}' cannot be the name of a PriorityClass. Use small letters, digits, dashes and dots.");
    }

    private static void CheckLabels(Findings findings, string path, IReadOnlyDictionary<string, string>? labels, bool values)
    {
        foreach (var (key, value) in labels ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            findings.AddIf(
                !Names.IsQualifiedKey(key), path, $"'{key}' is no key. Use letters, digits, dashes, dots and underscores, after an optional domain and a slash.");
            findings.AddIf(
                values && !Names.IsLabelValue(value), path, $"'{value}' is no value for the label {key}. Use at most 63 letters, digits, dashes, dots and underscores.");
        }
    }

    private static void CheckProbe(Findings findings, string path, JsonElement? probe)
    {
        if (probe is { ValueKind: JsonValueKind.Object } given)
        {
            var actions = s_probeActions.Count(action => given.TryGetProperty(action, out _));
            findings.AddIf(actions != 1, path, $"A probe does one thing, this one does {actions}. Give exactly one of exec, grpc, httpGet and tcpSocket.");
        }
    }

    private static void CheckVolumes(Findings findings, IReadOnlyList<JsonElement>? volumes)
    {
        var seen = new HashSet<string>(s_ownVolumes, StringComparer.Ordinal);
        for (var i = 0; i < volumes?.Count; i++)
        {
            if (volumes[i].ValueKind == JsonValueKind.Object && volumes[i].TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String)
            {
                findings.AddIf(!seen.Add(name.GetString()!), $"spec.extraVolumes[{i}].name", $"The name '{name.GetString()}' is taken by another volume of the pod. Choose another.");
            }
        }
    }
}
