using System.Text.Json;
using LlmKube.Kubernetes.Objects.Core;

namespace LlmKube.Operator.Pods.Storage;

/// <summary>Puts a draft model into the pod of the model that it drafts for. What both use is there once.</summary>
internal static class StorageMerge
{
    private const string Prefix = "draft-";

    public static StoragePlan WithDraft(StoragePlan main, StoragePlan draft)
    {
        var volumes = new List<JsonElement>(main.Volumes);
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var volume in draft.Volumes)
        {
            var name = PodJson.NameOf(volume);
            if (!volumes.Exists(known => PodJson.NameOf(known) == name))
            {
                volumes.Add(volume);
            }
            else if (!volumes.Exists(known => JsonElement.DeepEquals(known, volume)))
            {
                renamed[name] = Prefix + name;
                volumes.Add(PodJson.With(volume, "name", Prefix + name));
            }
        }

        var mounts = new List<JsonElement>(main.Mounts);
        var draftPath = draft.ModelPath;
        foreach (var mount in draft.Mounts.Select(mount => Rename(mount, renamed)))
        {
            if (mounts.Exists(known => JsonElement.DeepEquals(known, mount)))
            {
                continue;
            }

            var path = mount.GetProperty("mountPath").GetString()!;
            if (!mounts.Exists(known => known.GetProperty("mountPath").GetString() == path))
            {
                mounts.Add(mount);
                continue;
            }

            mounts.Add(PodJson.With(mount, "mountPath", "/draft" + path));
            draftPath = "/draft" + draftPath;
        }

        return main with
        {
            DraftPath = draftPath,
            Volumes = volumes,
            Mounts = mounts,
            InitContainers = [.. main.InitContainers, .. draft.InitContainers.Select(container => Draft(container, renamed))],
            Claims = [.. main.Claims.Union(draft.Claims)],
            PullSecrets = [.. main.PullSecrets.Union(draft.PullSecrets, StringComparer.Ordinal)],
        };
    }

    private static Container Draft(Container container, Dictionary<string, string> renamed) => container with
    {
        Name = Prefix + container.Name,
        VolumeMounts = [.. (container.VolumeMounts ?? []).Select(mount => Rename(mount, renamed))],
    };

    private static JsonElement Rename(JsonElement mount, Dictionary<string, string> renamed) =>
        renamed.TryGetValue(PodJson.NameOf(mount), out var name) ? PodJson.With(mount, "name", name) : mount;
}
