using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Models.Oci;
using LlmKube.Models.Sources;
using LlmKube.Operator.Models;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods.Storage;

/// <summary>
/// Models in images for containers, brought to pods by the cluster itself: as a volume, or handed over by the image run as an init
/// container. Pure.
/// </summary>
internal static class ImageStorage
{
    public const string Folder = "/model";
    private const string Volume = "model";
    private const string HandOver = "model-handover";

    /// <summary>The first Kubernetes that has image volumes, behind a gate; and the first that has them without one.</summary>
    private const int FirstMinor = 31;
    private const int DefaultMinor = 35;

    /// <summary>Null where the model is pulled into the store instead.</summary>
    public static StorageDecision? Plan(Model model, ModelSource.Oci source, int kubernetesMinor)
    {
        var isImage = model.Status?.ImageRoot is not null;
        var mode = source.Mode ?? "auto";
        if (mode is "pull" or "fetch" || (mode == "auto" && !(isImage && kubernetesMinor >= DefaultMinor)))
        {
            return null;
        }

        var signature = model.Status?.Conditions.FindCondition(ConditionTypes.SignatureVerified);
        if (signature is { Status: Condition.Unknown } && model.Spec.Verify?.Policy != VerifyPolicies.Warn)
        {
            // What a kubelet pulls, nobody verifies: a signature inside of it would be read too late.
            return mode == "auto" ? null : new StorageDecision.Refused(
                ModelReasons.SignatureRefused, $"The source's mode is {mode}, with which the cluster pulls the image itself, and its signature can only be verified when it is fetched. Use mode: pull, or sign it with \"llmkube sign image\" or cosign.");
        }

        if (mode == "volume" && kubernetesMinor < FirstMinor)
        {
            return new StorageDecision.Refused(
                ServiceReasons.UnsupportedByCluster, $"The source's mode is volume, and this cluster (Kubernetes 1.{kubernetesMinor}) has no image volumes: 1.{FirstMinor} and later have. Use mode: auto, which pulls the model into the store here, or mode: init.");
        }

        if (ModelPaths.EntryOf(model, source) is not { } entry)
        {
            return new StorageDecision.Refused(
                ModelReasons.InvalidFileSet, $"The image {source.Image} does not tell which GGUF file is to be served. Name it in the Model's spec.files.");
        }

        var inside = model.Status?.ImageRoot?.TrimEnd('/') ?? "";
        return new StorageDecision.Planned(mode == "init" ? HandedOver(model, source, inside, entry) : Mounted(model, source, inside, entry));
    }

    private static StoragePlan Mounted(Model model, ModelSource.Oci source, string inside, string entry) => new()
    {
        ModelPath = Join(Folder + inside, entry),
        ProjectorPath = Projector(model, Folder + inside),
        Volumes = [PodJson.Of(new JsonObject { ["name"] = Volume, ["image"] = new JsonObject { ["reference"] = ReferenceOf(model, source), ["pullPolicy"] = "IfNotPresent" } })],
        Mounts = [PodJson.Mount(Volume, Folder, readOnly: true)],
        PullSecrets = SecretsOf(model),
        Message = $"The image {source.Image} is mounted as a volume: {(source.Mode == "volume" ? "the source's mode is volume" : "it is an image for containers, and this cluster has image volumes")}.",
    };

    /// <summary>The image needs <c>cp</c>, as those that are made from a base image have it.</summary>
    private static StoragePlan HandedOver(Model model, ModelSource.Oci source, string inside, string entry) => new()
    {
        ModelPath = Join(Folder, entry),
        ProjectorPath = Projector(model, Folder),
        Volumes = [PodJson.EmptyVolume(VolumeOf(source))],
        Mounts = [PodJson.Mount(VolumeOf(source), Folder, readOnly: true)],
        InitContainers =
        [
            new Container
            {
                Name = HandOver,
                Image = ReferenceOf(model, source),
                ImagePullPolicy = "IfNotPresent",
                Command = ["cp", "-r", .. inside.Length > 0 || model.Status?.StagedFiles is not { Count: > 0 } files ? [$"{(inside.Length > 0 ? inside : "/models")}/."] : files.Select(file => "/" + file.Split('/')[0]).Distinct(StringComparer.Ordinal), Folder + "/"],
                VolumeMounts = [PodJson.Mount(VolumeOf(source), Folder, readOnly: false)],
                SecurityContext = PodSecurity.OfContainer(readOnlyRoot: true),
                TerminationMessagePolicy = "FallbackToLogsOnError",
            },
        ],
        PullSecrets = SecretsOf(model),
        Message = $"The image {source.Image} hands its files over before the engine starts, because the source's mode is init.",
    };

    /// <summary>The image; one whose signature was verified, by its digest, because a tag may name another by the time it is pulled.</summary>
    private static string ReferenceOf(Model model, ModelSource.Oci source) =>
        model.Status is { ResolvedRevision: { } digest } status && status.Conditions.IsTrue(ConditionTypes.SignatureVerified) && OciDigest.IsValid(digest) && ImageReference.Parse(source.Image) is { } image
            ? $"{image.Registry}/{image.Repository}@{digest}"
            : source.Image;

    /// <summary>A draft model that is handed over gets a volume of its own.</summary>
    private static string VolumeOf(ModelSource.Oci source) => $"{Volume}-{CacheKey.Of(source.Image)}";

    private static string Join(string folder, string entry) => entry.Length == 0 ? folder : $"{folder}/{entry}";

    private static string? Projector(Model model, string folder) => model.Spec.Mmproj is { Length: > 0 } projector ? $"{folder}/{projector}" : null;

    private static IReadOnlyList<string> SecretsOf(Model model) => SourceMeaning.SecretOf(model) is { } secret ? [secret] : [];
}
