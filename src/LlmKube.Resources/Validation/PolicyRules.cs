using System.Globalization;
using System.Text.RegularExpressions;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources.Validation;

/// <summary>What must hold about caching and objectives.</summary>
internal static partial class PolicyRules
{
    public static void Check(Findings findings, InferenceServiceSpec spec)
    {
        if (spec.ModelCache is { } cache)
        {
            findings.AddIf(
                cache.Persistence == CachePersistences.Ephemeral && !string.IsNullOrEmpty(cache.ClaimName),
                "spec.modelCache",
                "An Ephemeral cache lives in the pod and cannot use a claim. Remove claimName, or set the persistence to Cached.");
            findings.AddIf(
                cache.ClaimName is { Length: > 0 } claim && !Names.IsSubdomain(claim),
                "spec.modelCache.claimName",
                $"'{cache.ClaimName}' cannot be the name of a PersistentVolumeClaim. Use small letters, digits, dashes and dots.");
        }

        if (spec.Slo is { } slo)
        {
            CheckObjective(findings, slo);
        }
    }

    private static void CheckObjective(Findings findings, SloSpec slo)
    {
        const NumberStyles Styles = NumberStyles.AllowDecimalPoint;
        findings.AddIf(
            !double.TryParse(slo.Objective, Styles, CultureInfo.InvariantCulture, out var objective) || objective is < 50.0 or > 99.999,
            "spec.slo.objective",
            $"'{slo.Objective}' is no objective. Write a percentage from 50 to 99.999 as text.");
        findings.AddIf(
            slo.Indicator == SloIndicators.Latency && string.IsNullOrEmpty(slo.LatencyThreshold),
            "spec.slo.latencyThreshold",
            "An objective for latency needs the time that counts as fast. Set latencyThreshold in seconds.");
        findings.CheckNumber("spec.slo.latencyThreshold", slo.LatencyThreshold, above: 0, "Write seconds above zero, such as 0.5.");
        findings.AddIf(
            slo.Window is { Length: > 0 } window && !Window().IsMatch(window),
            "spec.slo.window",
            $"'{slo.Window}' is no time. Write a number with m, h, d or w, such as 28d.");
    }

    [GeneratedRegex(@"^[0-9]+[mhdw]\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Window();
}
