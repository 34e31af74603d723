using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Sources;
using LlmKube.Operator.Models;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Canaries;

/// <summary>
/// The objects of a trial: a Model of the new version, and beside each service of the model a second one that serves it. A trial has
/// names of its own, so that one never meets what is left of another. Pure.
/// </summary>
internal static class CanaryObjects
{
    /// <summary>A name of a Service is a DNS label.</summary>
    private const int LongestName = 63;

    /// <summary>The Model of the new version.</summary>
    public static Model ModelOf(Model model, CanaryStatus trial)
    {
        return new Model
        {
            Metadata = Metadata(model, NameOf(model.Metadata, trial), new Dictionary<string, string>(StringComparer.Ordinal) { [Annotations.CanaryOf] = model.Metadata.Name ?? "" }),
            Spec = model.Spec with
            {
                Source = SourceAt(model.Spec.Source!, trial.Version),
                RefreshPolicy = null,
                Canary = null,
                Prefetch = null,
            },
        };
    }

    /// <summary>The service that tries it: one replica, reached through the router alone.</summary>
    public static InferenceService ServiceOf(InferenceService service, Model candidate, CanaryStatus trial, int weight) => new()
    {
        Metadata = Metadata(service, NameOf(service.Metadata, trial), new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Annotations.CanaryOf] = service.Metadata.Name ?? "",
            [Annotations.CanaryWeight] = weight.ToString(CultureInfo.InvariantCulture),
        }),
        Spec = service.Spec with
        {
            ModelRef = candidate.Metadata.Name ?? "",
            Replicas = 1,
            Autoscaling = null,
            Endpoint = service.Spec.Endpoint is { } endpoint ? endpoint with { Type = null, NodePort = null, Gateway = null } : null,
            RolloutPolicy = null,
            Disruption = null,
            MaxPodLifetimeSeconds = null,
            MaxPodLifetimeIdleTimeoutSeconds = null,
            Slo = null,
        },
    };

    /// <summary>The source at a version, in the form in which it was written: what an object says besides, it goes on saying.</summary>
    private static SourceField SourceAt(SourceField written, string version)
    {
        var at = MovingSource.At(((SourceParseResult.Parsed)SourceMeaning.Find(written)!).Source, version);
        if (written.Object is not { } fields)
        {
            return SourceField.FromText(at.ToSourceString());
        }

        switch (at)
        {
            case ModelSource.Oci image:
                fields["image"] = image.Image;
                break;
            case ModelSource.HuggingFace hub:
                fields["revision"] = hub.Revision;
                break;
            default:
                fields.Remove("tag");
                fields["version"] = version;
                break;
        }

        return SourceField.FromObject(fields);
    }

    private static ObjectMeta Metadata<T>(T owner, string name, IReadOnlyDictionary<string, string> annotations)
        where T : class, IResource<T> => new() { Name = name, Namespace = owner.Metadata.Namespace, Annotations = annotations, OwnerReferences = [owner.AsControllerReference()] };

    private static string NameOf(ObjectMeta owner, CanaryStatus trial)
    {
        var name = owner.Name ?? "";
        var print = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}\0{trial.Version}\0{trial.Generation}"))).AsSpan(0, 3));
        var suffix = $"-canary-{print}";
        return name[..Math.Min(name.Length, LongestName - suffix.Length)].TrimEnd('-', '.') + suffix;
    }
}
