using LlmKube.Resources.Runtimes;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources.Validation;

/// <summary>
/// What must hold in an InferenceService beyond the types, ranges and enumerations that its CRD's schema already checks:
/// rules across fields, rules within texts, and the meaning of the CRD's CEL rules.
/// </summary>
public static class InferenceServiceValidation
{
    /// <summary>What can be said of the service alone; empty when nothing is wrong.</summary>
    public static IReadOnlyList<Finding> Validate(InferenceService service)
    {
        var findings = new Findings();
        Check(findings, service);
        return findings.All;
    }

    /// <summary>What can be said of the service together with its model; includes what can be said of it alone.</summary>
    /// <param name="service">The service.</param>
    /// <param name="model">The model that it names.</param>
    /// <param name="hasSharedGpuPool">Whether the operator knows on which nodes GPUs may be shared.</param>
    public static IReadOnlyList<Finding> Validate(InferenceService service, Model model, bool hasSharedGpuPool)
    {
        var findings = new Findings();
        Check(findings, service);
        GpuRules.Check(findings, service.Spec, model.Spec, hasSharedGpuPool);
        return findings.All;
    }

    private static void Check(Findings findings, InferenceService service)
    {
        var spec = service.Spec;
        CheckNames(findings, service);
        CheckQuantities(findings, spec);
        CheckArguments(findings, spec);
        CheckSpeculation(findings, spec.SpeculativeDecoding);
        EndpointRules.Check(findings, spec);
        PodRules.Check(findings, spec);
        PolicyRules.Check(findings, spec);
        GpuRules.CheckSharing(findings, spec.Resources?.GpuSharing);
    }

    private static void CheckNames(Findings findings, InferenceService service)
    {
        var name = service.Metadata.Name ?? "";
        findings.AddIf(
            name.Length > 0 && !Names.IsServiceName(ServiceNames.ServiceOf(name)),
            "metadata.name",
            $"'{name}' gives no valid name for a Service. Use at most 63 small letters, digits, dashes and dots, starting with a letter.");
        var model = service.Spec.ModelRef;
        if (model.Length == 0)
        {
            findings.Add("spec.modelRef", "A service needs a model. Name a Model of the same namespace.");
        }
        else
        {
            findings.AddIf(!Names.IsSubdomain(model), "spec.modelRef", $"'{model}' cannot be the name of a Model. Use small letters, digits, dashes and dots.");
        }
    }

    private static void CheckQuantities(Findings findings, InferenceServiceSpec spec)
    {
        var resources = spec.Resources;
        findings.CheckQuantity("spec.resources.cpu", resources?.Cpu);
        findings.CheckQuantity("spec.resources.memory", resources?.Memory);
        findings.CheckQuantity("spec.resources.hostMemory", resources?.HostMemory);
        findings.CheckQuantity("spec.resources.gpuMemory", resources?.GpuMemory);
        findings.CheckQuantity("spec.resources.ephemeralStorage", resources?.EphemeralStorage);
        findings.CheckNumber(
            "spec.ropeScaling.factor", spec.RopeScaling?.Factor, above: 0, "Write how many times the context grows, such as 4 or 1.5.");
    }

    private static void CheckArguments(Findings findings, InferenceServiceSpec spec)
    {
        var runtime = Defaults.RuntimeOf(spec);
        var needsImage = runtime is RuntimeNames.Generic or RuntimeNames.PersonaPlex;
        findings.AddIf(
            needsImage && string.IsNullOrEmpty(spec.Image) && spec.Command is not { Count: > 0 },
            "spec.image",
            $"The runtime {runtime} has no image of its own. Name one, or a command where the service runs on a machine with an agent.");
        var port = Defaults.RuntimePortOf(spec);
        findings.AddIf(
            runtime != RuntimeNames.Generic && ExtraArguments.FindValue(spec.ExtraArgs, "--port") is { } given && given != $"{port}",
            "spec.extraArgs",
            $"--port would move the runtime away from port {port}, where it is looked for. Set spec.containerPort instead.");
        for (var i = 0; i < spec.MetadataOverrides?.Count; i++)
        {
            var text = spec.MetadataOverrides[i];
            findings.AddIf(
                !text.Contains('=', StringComparison.Ordinal), $"spec.metadataOverrides[{i}]", $"'{text}' overrides nothing. Write key=type:value, such as general.name=str:demo.");
        }

        for (var i = 0; i < spec.TensorOverrides?.Count; i++)
        {
            var text = spec.TensorOverrides[i];
            findings.AddIf(
                !text.Contains('=', StringComparison.Ordinal), $"spec.tensorOverrides[{i}]", $"'{text}' moves nothing. Write pattern=buffer, such as exps=CPU.");
        }
    }

    private static void CheckSpeculation(Findings findings, SpeculativeDecodingSpec? speculation)
    {
        const string Path = "spec.speculativeDecoding";
        if (speculation is null)
        {
            return;
        }

        var hasReference = !string.IsNullOrEmpty(speculation.DraftModelRef);
        var hasFile = !string.IsNullOrEmpty(speculation.DraftModel);
        findings.AddIf(hasReference && hasFile, Path, "draftModelRef and draftModel are two ways to name one draft model. Give one of them.");
        findings.AddIf(
            SpeculativeTypes.NeedsDraft(speculation.Type) && !hasReference && !hasFile,
            Path,
            $"The type {speculation.Type} guesses with a second model. Name it in draftModelRef or draftModel.");
        findings.AddIf(
            !SpeculativeTypes.TakesDraft(speculation.Type) && (hasReference || hasFile),
            Path,
            $"The type {speculation.Type} takes no draft model. Remove it, or choose a type that starts with draft.");
        findings.AddIf(
            speculation.DraftModel is { Length: > 0 } file && (file.StartsWith('/') || file.Split('/').Contains("..", StringComparer.Ordinal)),
            Path + ".draftModel",
            $"'{speculation.DraftModel}' leaves the model's files. Name one of them by its relative path.");
    }
}
