using System.Text.Json;
using LlmKube.Models.Sources;
using LlmKube.Operator.Models;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods.Storage;

/// <summary>Decides how a model's bytes reach a service's pods. No I/O.</summary>
internal static class StoragePlanner
{
    public const string StoreFolder = "/models";
    public const string SourceFolder = "/model-source";
    public const string SharedClaim = "llmkube-model-cache";
    private const string CacheVolume = "model-cache";
    private const string EphemeralVolume = "model-storage";

    public static StorageDecision Plan(InferenceService service, Model model, Model? draft, PodSettings settings, int kubernetesMinor)
    {
        var main = PlanOne(service, model, settings, kubernetesMinor);
        if (main is not StorageDecision.Planned { Plan: var plan } || draft is null)
        {
            return main;
        }

        return PlanOne(service, draft, settings, kubernetesMinor) switch
        {
            StorageDecision.Planned { Plan: var drafted } => new StorageDecision.Planned(StorageMerge.WithDraft(plan, drafted)),
            var refused => refused,
        };
    }

    private static StorageDecision PlanOne(InferenceService service, Model model, PodSettings settings, int kubernetesMinor)
    {
        if (SourceMeaning.Find(model) is not SourceParseResult.Parsed source)
        {
            return new StorageDecision.Refused(ModelReasons.InvalidSource, $"The source of the Model {model.Metadata.Name} is not understood.");
        }

        if (service.Spec.SkipModelInit == true)
        {
            return new StorageDecision.Planned(new StoragePlan
            {
                ModelPath = source.Source is ModelSource.HuggingFace hub ? hub.Repo : "",
                Message = "The runtime brings the model itself: spec.skipModelInit is true.",
            });
        }

        return source.Source switch
        {
            ModelSource.Pvc claim => new StorageDecision.Planned(InClaim(model, claim)),
            ModelSource.Local local => OnNode(model, local, settings),
            ModelSource.Oci image => ImageStorage.Plan(model, image, kubernetesMinor) ?? Fetched(service, model, source, settings),
            _ => Fetched(service, model, source, settings),
        };
    }

    private static StoragePlan InClaim(Model model, ModelSource.Pvc claim) => new()
    {
        ModelPath = $"{SourceFolder}/{claim.Path}",
        ProjectorPath = ProjectorBeside(model, $"{SourceFolder}/{claim.Path}"),
        Volumes = [PodJson.ClaimVolume("model-source", claim.ClaimName, readOnly: true)],
        Mounts = [PodJson.Mount("model-source", SourceFolder, readOnly: true)],
        Claims = [new CacheClaim(claim.ClaimName, Made: false, OwnedByService: false, "")],
        Message = $"The model is served in place from the claim {claim.ClaimName}.",
    };

    private static StorageDecision OnNode(Model model, ModelSource.Local local, PodSettings settings)
    {
        if (NodePaths.Refuse(local.Path, settings.AllowedHostPathRoots) is { } refusal)
        {
            return new StorageDecision.Refused(ModelReasons.SourceNotAllowed, refusal);
        }

        var isFile = Defaults.FormatOf(model.Spec) == ModelFormats.Gguf;
        var mounted = $"{SourceFolder}/{Path.GetFileName(local.Path.TrimEnd('/'))}";
        return new StorageDecision.Planned(new StoragePlan
        {
            ModelPath = mounted,
            Volumes = [PodJson.HostVolume("host-model", local.Path, isFile ? "File" : null)],
            Mounts = [PodJson.Mount("host-model", mounted, readOnly: true)],
            Message = $"The model is served in place from {local.Path} of the node.",
        });
    }

    private static StorageDecision Fetched(InferenceService service, Model model, SourceParseResult.Parsed source, PodSettings settings)
    {
        var folder = $"{StoreFolder}/{source.CacheKey}";
        if (ModelPaths.EntryOf(model, source.Source) is not { } entry)
        {
            return new StorageDecision.Refused(
                ModelReasons.InvalidFileSet, $"The files of {model.Metadata.Name} hold no GGUF that could be served. Name the file in the Model's spec.files, or set its spec.format.");
        }

        var (volume, mount, claims, message) = StoreOf(service, model, settings);
        if (volume is not { } store)
        {
            return new StorageDecision.Refused(ModelReasons.SourceNotAllowed, message);
        }

        return new StorageDecision.Planned(new StoragePlan
        {
            ModelPath = entry.Length == 0 ? folder : $"{folder}/{entry}",
            ProjectorPath = model.Spec.Mmproj is { Length: > 0 } projector ? $"{folder}/{projector}" : null,
            Volumes = [store, .. FetchContainer.Volumes(model, settings)],
            Mounts = [PodJson.Mount(mount, StoreFolder, readOnly: true)],
            InitContainers = [FetchContainer.Of(model, source, mount, StoreFolder, settings)],
            Claims = claims,
            Message = message,
        });
    }

    /// <summary>The volume that holds the store, the name it is mounted by, the claims behind it, and the sentence for people (or why there is none).</summary>
    private static (JsonElement? Volume, string Name, IReadOnlyList<CacheClaim> Claims, string Message) StoreOf(InferenceService service, Model model, PodSettings settings)
    {
        var declared = service.Spec.ModelCache;
        if (declared?.Persistence == CachePersistences.Ephemeral)
        {
            return (PodJson.EmptyVolume(EphemeralVolume, service.Spec.Resources?.EphemeralStorage), EphemeralVolume, [], "The model is fetched into each pod and goes with it.");
        }

        if (settings.Cache.Mode is null)
        {
            return (null, "", [], "This operator keeps no models: its cache is switched off. Set spec.modelCache.persistence to Ephemeral, or use a source that is served in place, such as a claim.");
        }

        if (declared?.ClaimName is not { Length: > 0 } && settings.Cache.Mode == CacheSettings.NodeLocal)
        {
            return settings.Cache.HostPath is { Length: > 0 } path
                ? (PodJson.HostVolume(CacheVolume, path, "DirectoryOrCreate"), CacheVolume, [], $"The model is fetched into {path} of the node, once for each node.")
                : (null, "", [], "The cache is kept on the nodes, and the operator was not told where: set its --model-cache-host-path.");
        }

        var claim = ClaimFor(service, model, settings.Cache);
        return (
            PodJson.ClaimVolume(CacheVolume, claim.Name, readOnly: false),
            CacheVolume,
            [claim],
            $"The model is fetched into the claim {claim.Name}, once.");
    }

    internal static CacheClaim ClaimFor(InferenceService? service, Model model, CacheSettings cache) => service?.Spec.ModelCache?.ClaimName is { Length: > 0 } named
        ? new CacheClaim(named, Made: false, OwnedByService: false, "")
        : cache.Mode switch
        {
            CacheSettings.PerService when service is not null => new CacheClaim($"{service.Metadata.Name}-model-cache", Made: true, OwnedByService: true, "ReadWriteOnce"),
            CacheSettings.PerModel => new CacheClaim($"{model.Metadata.Name}-model", Made: true, OwnedByService: false, cache.AccessMode),
            _ => new CacheClaim(SharedClaim, Made: true, OwnedByService: false, cache.AccessMode),
        };

    private static string? ProjectorBeside(Model model, string path) =>
        model.Spec.Mmproj is { Length: > 0 } projector && path.LastIndexOf('/') is > 0 and var slash ? $"{path[..slash]}/{projector}" : null;
}
