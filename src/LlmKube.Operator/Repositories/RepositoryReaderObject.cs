using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using LlmKube.Operator.Pods;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Repositories;

/// <summary>
/// The Deployment of one pod that mounts a repository's claim, read-only, and tells the operator what is in it (<see cref="RepositoryIndex"/>).
/// Pure.
/// </summary>
internal static class RepositoryReaderObject
{
    public const string Component = "model-repository-reader";
    public const int Port = 8087;

    private const string Folder = "/repository";
    private const string Volume = "repository";
    private const int LongestName = 63;
    private const string Suffix = "-repository";
    private const int PrintBytes = 4;

    /// <summary>The Deployment of a repository in a claim.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="source">The claim, and where in it the repository begins.</param>
    /// <param name="settings">How pods are run.</param>
    public static Deployment Of(ModelRepository repository, ModelSource.Pvc source, PodSettings settings)
    {
        var labels = LabelsOf(repository);
        return new Deployment
        {
            Metadata = new ObjectMeta { Name = NameOf(repository), Namespace = repository.Metadata.Namespace, Labels = labels, OwnerReferences = [repository.AsControllerReference()] },
            Spec = new DeploymentSpec
            {
                Replicas = 1,
                Selector = new LabelSelector { MatchLabels = labels },

                // A claim of one node is let go of before it is mounted elsewhere.
                Strategy = new DeploymentStrategy { Type = DeploymentObject.Recreate },
                Template = new PodTemplateSpec { Metadata = new ObjectMeta { Labels = labels }, Spec = PodOf(source, settings) },
            },
        };
    }

    /// <summary>Its name, which is the value of a label too: of a repository with a long name, its beginning and a digest of it.</summary>
    public static string NameOf(ModelRepository repository)
    {
        var name = repository.Metadata.Name ?? "";
        return name.Length <= LongestName - Suffix.Length
            ? name + Suffix
            : $"{name[..(LongestName - Suffix.Length - (2 * PrintBytes) - 1)]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, PrintBytes))}{Suffix}";
    }

    private static Dictionary<string, string> LabelsOf(ModelRepository repository) => new(StringComparer.Ordinal)
    {
        [Labels.AppName] = "llmkube",
        [Labels.AppComponent] = Component,
        [Labels.AppManagedBy] = "llmkube-controller",
        [Labels.AppInstance] = NameOf(repository),
    };

    private static PodSpec PodOf(ModelSource.Pvc source, PodSettings settings) => new()
    {
        AutomountServiceAccountToken = false,
        EnableServiceLinks = false,
        TerminationGracePeriodSeconds = 5,
        SecurityContext = PodSecurity.OfPod(settings, usesRenderDevice: false),
        Containers =
        [
            new Container
            {
                Name = "llmkube",
                Image = settings.Image,
                ImagePullPolicy = settings.ImagePullPolicy,
                Args = ["repo", "serve", $"{Folder}/{source.Path}".TrimEnd('/'), "--bind-address", $"0.0.0.0:{Port}"],
                Ports = [new ContainerPort { Name = "http", Port = Port }],
                ReadinessProbe = PodJson.Of(new JsonObject { ["httpGet"] = new JsonObject { ["path"] = "/healthz", ["port"] = "http" }, ["periodSeconds"] = 2, ["timeoutSeconds"] = 5 }),
                Resources = new ResourceRequirements { Requests = new Dictionary<string, string>(StringComparer.Ordinal) { ["cpu"] = "10m", ["memory"] = "64Mi" } },
                VolumeMounts = [PodJson.Mount(Volume, Folder, readOnly: true)],
                SecurityContext = PodSecurity.OfContainer(readOnlyRoot: true),
            },
        ],
        Volumes = [PodJson.ClaimVolume(Volume, source.ClaimName, readOnly: true)],
    };
}
