using System.Text.Json;
using LlmKube.Resources.Hardware;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources.Validation;

/// <summary>
/// What must hold in a Model beyond the types, ranges and enumerations that its CRD's schema already checks:
/// rules across fields, rules within texts, and the meaning of the CRD's CEL rules.
/// </summary>
public static class ModelValidation
{
    private static readonly (string Scheme, string Type)[] s_versioned = [("repo://", "repository"), ("oci://", "oci"), ("hf://", "huggingface")];

    /// <summary>Everything that is wrong with the model; empty when nothing is.</summary>
    /// <param name="model">The object to look at.</param>
    /// <param name="checkSource">What is wrong with the source, or null: the full check of its meaning, which needs the parser of sources.</param>
    public static IReadOnlyList<Finding> Validate(Model model, Func<SourceField, string?>? checkSource = null)
    {
        var findings = new Findings();
        var spec = model.Spec;
        CheckSource(findings, spec.Source, checkSource);
        findings.AddIf(
            spec.RefreshPolicy == RefreshPolicies.Canary && spec.Source is { IsEmpty: false } source && !HasVersions(source),
            "spec.refreshPolicy",
            "Canary tries what a tag or a branch names anew. Use a source of a repository (repo://), a registry (oci://) or a Hub (hf://), or OnChange.");
        CheckFiles(findings, spec);
        CheckHardware(findings, spec.Hardware);
        findings.CheckQuantity("spec.resources.cpu", spec.Resources?.Cpu);
        findings.CheckQuantity("spec.resources.memory", spec.Resources?.Memory);
        return findings.All;
    }

    private static void CheckSource(Findings findings, SourceField? source, Func<SourceField, string?>? checkSource)
    {
        const string Path = "spec.source";
        if (source is null || source.IsEmpty)
        {
            findings.Add(Path, "A source is required. Name where the model is, such as /models/a.gguf or hf://org/repo/file.gguf.");
            return;
        }

        if (source.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Object))
        {
            findings.Add(Path, $"A source is a string or an object with a type, not {Describe(source.Value.ValueKind)}.");
            return;
        }

        if (source.Object is { } json && !(json["type"] is { } type && type.GetValueKind() == JsonValueKind.String && type.GetValue<string>().Length > 0))
        {
            findings.Add(Path + ".type", "A source object needs a type: local, pvc, s3, http, oci, huggingface or repository.");
            return;
        }

        if (LocalPathOf(source) is { } path && path.Split('/').Contains("..", StringComparer.Ordinal))
        {
            findings.Add(Path, $"The path '{path}' contains '..'. Write the path without it, so that it can be compared with the allowed roots.");
            return;
        }

        if (checkSource?.Invoke(source) is { } fault)
        {
            findings.Add(Path, fault);
        }
    }

    /// <summary>The path of a local source in either form; null for every other source.</summary>
    private static string? LocalPathOf(SourceField source)
    {
        const string Scheme = "file://";
        if (source.Text is { } text)
        {
            return text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? text[Scheme.Length..] : text.StartsWith('/') ? text : null;
        }

        return source.Object is { } json && json["type"]?.GetValue<string>() == "local" && json["path"] is { } path && path.GetValueKind() == JsonValueKind.String
            ? path.GetValue<string>()
            : null;
    }

    /// <summary>Whether a source is of a kind that names versions.</summary>
    private static bool HasVersions(SourceField source) => source.Text is { } text
        ? s_versioned.Any(kind => text.StartsWith(kind.Scheme, StringComparison.OrdinalIgnoreCase))
        : source.Object?["type"] is { } type && type.GetValueKind() == JsonValueKind.String && s_versioned.Any(kind => type.GetValue<string>() == kind.Type);

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Number => "a number",
        _ => "a truth value",
    };

    private static void CheckFiles(Findings findings, ModelSpec spec)
    {
        for (var i = 0; i < spec.Files?.Count; i++)
        {
            CheckFile(findings, $"spec.files[{i}]", spec.Files[i]);
        }

        if (spec.Mmproj is { Length: > 0 } mmproj)
        {
            CheckFile(findings, "spec.mmproj", mmproj);
            findings.AddIf(spec.Files is not { Count: > 0 }, "spec.mmproj", "A projector is one of a set of files. Name the model's file in spec.files too.");
        }
    }

    private static void CheckFile(Findings findings, string path, string file)
    {
        if (file.Length == 0)
        {
            findings.Add(path, "The name is empty. Give the file's path below the source.");
        }
        else if (file.StartsWith('/') || file.Contains('\\', StringComparison.Ordinal) || file.Split('/').Any(part => part is ".." or "." or ""))
        {
            findings.Add(path, $"'{file}' is not a plain relative path. Write it below the source, with single slashes and without '.' or '..'.");
        }
        else
        {
            findings.AddIf(
                file.AsSpan().ContainsAny('*', '?', '['), path, $"'{file}' is a pattern. Name each file, because the source is not listed to find matches.");
        }
    }

    private static void CheckHardware(Findings findings, HardwareSpec? hardware)
    {
        if (hardware is null)
        {
            return;
        }

        findings.CheckQuantity("spec.hardware.memoryBudget", hardware.MemoryBudget);
        findings.AddIf(
            hardware.MemoryFraction is { } fraction && !(fraction > 0 && fraction <= 1),
            "spec.hardware.memoryFraction",
            $"{hardware.MemoryFraction} is no share of the memory. Write a number above 0 and at most 1.");
        if (hardware.Gpu is { } gpu)
        {
            CheckGpu(findings, gpu);
        }
    }

    private static void CheckGpu(Findings findings, GpuSpec gpu)
    {
        const string Path = "spec.hardware.gpu";
        findings.CheckQuantity(Path + ".memory", gpu.Memory);
        findings.AddIf(
            !string.IsNullOrEmpty(gpu.ResourceName) && gpu.ResourceClaims is { Count: > 0 },
            Path,
            "resourceName and resourceClaims are two ways to ask for the same GPUs. Give one of them.");
        for (var i = 0; i < gpu.Sharding?.LayerSplit?.Count; i++)
        {
            findings.AddIf(
                !LayerRange.TryParse(gpu.Sharding.LayerSplit[i], out _),
                $"{Path}.sharding.layerSplit[{i}]",
                $"'{gpu.Sharding.LayerSplit[i]}' is no range of layers. Write the first and the last layer, such as 0-24.");
        }

        for (var i = 0; i < gpu.ResourceClaims?.Count; i++)
        {
            CheckClaim(findings, $"{Path}.resourceClaims[{i}]", gpu.ResourceClaims[i]);
        }
    }

    private static void CheckClaim(Findings findings, string path, JsonElement claim)
    {
        var hasClaim = claim.ValueKind == JsonValueKind.Object && claim.TryGetProperty("resourceClaimName", out _);
        var hasTemplate = claim.ValueKind == JsonValueKind.Object && claim.TryGetProperty("resourceClaimTemplateName", out _);
        findings.AddIf(hasClaim == hasTemplate, path, "A claim names exactly one of resourceClaimName and resourceClaimTemplateName. Give one.");
    }
}
