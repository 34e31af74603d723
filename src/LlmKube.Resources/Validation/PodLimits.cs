using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources.Validation;

/// <summary>What a service asks for that is not applied where its replicas are pods. Nothing is ignored in silence: the operator says these things in the service's status.</summary>
public static class PodLimits
{
    /// <summary>The fields that are not applied, each with why; empty when every field is honoured.</summary>
    public static IReadOnlyList<Finding> Of(InferenceServiceSpec service)
    {
        var findings = new Findings();
        findings.AddIf(service.EvictionProtection == true, "spec.evictionProtection", "It is for machines with an agent; a PriorityClass decides in a cluster.");
        return findings.All;
    }
}
