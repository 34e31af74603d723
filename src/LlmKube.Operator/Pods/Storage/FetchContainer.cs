using System.Text.Json;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Models.Oci;
using LlmKube.Models.Sources;
using LlmKube.Operator.Models;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods.Storage;

/// <summary>The container that brings a model into the store: <c>llmkube fetch</c>, in init containers and prefetch Jobs alike.</summary>
internal static class FetchContainer
{
    public const string Name = "model-downloader";
    public const string CredentialsVolume = "model-credentials";
    private const string KeysVolume = "model-keys";
    private const string KeysFolder = "/var/run/llmkube/keys";
    public const string CredentialsFolder = "/var/run/llmkube/credentials";

    /// <summary>Everything that a user says reaches it as an argument or a variable of its own: there is no shell.</summary>
    public static Container Of(Model model, SourceParseResult.Parsed source, string storeVolume, string storeFolder, PodSettings settings)
    {
        var arguments = new List<string> { "fetch", "--store", storeFolder, "--key", source.CacheKey, "--json" };
        if (model.Spec.Sha256 is { Length: > 0 } digest)
        {
            arguments.AddRange(["--sha256", digest]);
        }

        if (Defaults.RefreshPolicyOf(model.Spec) == RefreshPolicies.OnChange)
        {
            arguments.Add("--refresh");
        }

        foreach (var file in RemoteSources.WantedFiles(model))
        {
            arguments.AddRange(["--include", file]);
        }

        var mounts = new List<JsonElement> { PodJson.Mount(storeVolume, storeFolder, readOnly: false) };
        if (SourceMeaning.SecretOf(model) is not null)
        {
            arguments.AddRange(["--credentials", CredentialsFolder]);
            mounts.Add(PodJson.Mount(CredentialsVolume, CredentialsFolder, readOnly: true));
        }

        if (SignaturePolicies.Asked(model, settings) is { Keys.Name: { Length: > 0 } } verify)
        {
            arguments.AddRange(["--verify-keys", KeysFolder, "--verify-policy", verify.Policy ?? VerifyPolicies.Require]);
            mounts.Add(PodJson.Mount(KeysVolume, KeysFolder, readOnly: true));
        }

        return new Container
        {
            Name = Name,
            Image = settings.Image,
            ImagePullPolicy = settings.ImagePullPolicy,
            Args = arguments,
            Env =
            [
                PodJson.Variable("LLMKUBE_SOURCE", source.Text), PodJson.Variable("LLMKUBE_HOME", storeFolder),
                .. settings.RegistryMirrors.Length > 0 ? new[] { PodJson.Variable(RegistryMirrors.Variable, settings.RegistryMirrors) } : [],
            ],
            VolumeMounts = mounts,
            SecurityContext = PodSecurity.OfContainer(readOnlyRoot: true),
            TerminationMessagePolicy = "FallbackToLogsOnError",
        };
    }

    /// <summary>The Secret as a volume, where the source has one. A file for each entry: nothing of it is on a command line.</summary>
    public static IEnumerable<JsonElement> Volumes(Model model, PodSettings settings)
    {
        if (SourceMeaning.SecretOf(model) is { } secret)
        {
            yield return PodJson.SecretVolume(CredentialsVolume, secret);
        }

        if (SignaturePolicies.Asked(model, settings)?.Keys?.Name is { Length: > 0 } keys)
        {
            yield return PodJson.SecretVolume(KeysVolume, keys);
        }
    }
}
