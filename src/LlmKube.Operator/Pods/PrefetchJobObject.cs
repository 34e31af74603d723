using System.Text.Json;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Models.Sources;
using LlmKube.Operator.Pods.Storage;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods;

/// <summary>The Job that fetches a Model before any service asks for it. Pure.</summary>
internal static class PrefetchJobObject
{
    public const string Component = "model-prefetch";
    private const int SecondsUntilForgotten = 86_400;
    private const int Attempts = 6;
    private const string StoreVolume = "model-cache";

    public static string NameOf(Model model) => $"{model.Metadata.Name}-prefetch";

    /// <summary>The Job that fetches into the claim.</summary>
    public static Job Of(Model model, SourceParseResult.Parsed source, string revision, string claim, PodSettings settings)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Labels.AppName] = "llmkube",
            [Labels.AppComponent] = Component,
            [Labels.AppManagedBy] = "llmkube-controller",
            [Labels.Model] = model.Metadata.Name ?? "",
        };
        return new Job
        {
            Metadata = new ObjectMeta
            {
                Name = NameOf(model),
                Namespace = model.Metadata.Namespace,
                Labels = labels,
                Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [Annotations.ModelRevision] = RevisionOf(source, revision) },
                OwnerReferences = [model.AsControllerReference()],
            },
            Spec = new JobSpec
            {
                BackoffLimit = Attempts,
                TtlSecondsAfterFinished = SecondsUntilForgotten,
                Template = new PodTemplateSpec
                {
                    Metadata = new ObjectMeta { Labels = labels },
                    Spec = new PodSpec
                    {
                        RestartPolicy = "OnFailure",
                        AutomountServiceAccountToken = false,
                        SecurityContext = PodSecurity.OfPod(settings, usesRenderDevice: false),
                        Tolerations = model.Spec.PrefetchTolerations is { Count: > 0 } tolerations ? tolerations : null,
                        Containers = [FetchContainer.Of(model, source, StoreVolume, StoragePlanner.StoreFolder, settings)],
                        Volumes = (IReadOnlyList<JsonElement>)[PodJson.ClaimVolume(StoreVolume, claim, readOnly: false), .. FetchContainer.Volumes(model, settings)],
                    },
                },
            },
        };
    }

    /// <summary>Tells a Job for what the Model asks for now from one for what it asked for before.</summary>
    public static string RevisionOf(SourceParseResult.Parsed source, string revision) => $"{source.CacheKey}@{revision}";
}
