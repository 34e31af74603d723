using System.Diagnostics;

namespace LlmKube.Models.Sources;

/// <summary>Where a model's files are: one of seven kinds of place, whichever way it was written.</summary>
public abstract record ModelSource
{
    private ModelSource()
    {
    }

    /// <summary>The Secret with the credentials for the place, in the resource's own namespace. It is how, not where, and in no string form.</summary>
    public string? SecretName { get; init; }

    /// <summary>A path on the machine that serves.</summary>
    public sealed record Local(string Path) : ModelSource;

    /// <summary>A path in a claim that someone filled.</summary>
    public sealed record Pvc(string ClaimName, string Path) : ModelSource;

    /// <summary>An object, or all objects below a prefix, in an object store.</summary>
    public sealed record S3(string Bucket, string Key) : ModelSource
    {
        public string? Endpoint { get; init; }

        public string? Region { get; init; }

        /// <summary>Pins one version of the object.</summary>
        public string? VersionId { get; init; }

        /// <summary>path or virtual: whether the bucket stands in the path or in the host's name; null is path where an endpoint is named.</summary>
        public string? Addressing { get; init; }
    }

    /// <summary>A file behind a URL.</summary>
    public sealed record Http(string Url) : ModelSource;

    /// <summary>A repository of the Hugging Face Hub, or one file or folder of it.</summary>
    public sealed record HuggingFace(string Repo, string? Revision, string? File) : ModelSource;

    /// <summary>An artifact in an OCI registry: registry/repository with a tag or a digest.</summary>
    public sealed record Oci(string Image) : ModelSource
    {
        /// <summary>auto, volume, pull (also fetch) or init; null is auto.</summary>
        public string? Mode { get; init; }
    }

    /// <summary>A model of a model repository, which says where the files are: the version that a tag names, or one by its own name.</summary>
    /// <param name="Name">Name of the ModelRepository.</param>
    /// <param name="Model">Name of the model in it.</param>
    /// <param name="Tag">The tag; null with neither of both is <see cref="DefaultTag"/>.</param>
    /// <param name="Version">The version, which never changes.</param>
    public sealed record Repository(string Name, string Model, string? Tag, string? Version) : ModelSource
    {
        public const string DefaultTag = "latest";
    }

    /// <summary>
    /// The one string form of this source. Parsing it gives an equal source. An object form shares its cache key with the string form
    /// that says the same, because both keys are made from this string.
    /// </summary>
    public string ToSourceString() => this switch
    {
        Local local => local.Path,
        Pvc pvc => $"pvc://{pvc.ClaimName}/{pvc.Path}",
        S3 s3 => $"s3://{s3.Bucket}/{s3.Key}{Query(s3)}",
        Http http => http.Url,
        HuggingFace hub => $"hf://{hub.Repo}{Prefixed("@", hub.Revision is null ? null : Uri.EscapeDataString(hub.Revision))}{Prefixed("/", hub.File)}",
        Oci oci => $"oci://{oci.Image}",
        Repository repository => $"repo://{repository.Name}/{repository.Model}{Prefixed(":", repository.Tag)}{Prefixed("@", repository.Version)}",
        _ => throw new UnreachableException(),
    };

    /// <summary>The source as it may be shown: without user info and query.</summary>
    public sealed override string ToString() => Redact.Source(ToSourceString());

    private static string Query(S3 s3)
    {
        string[] parameters =
        [
            .. Parameter("endpoint", s3.Endpoint),
            .. Parameter("region", s3.Region),
            .. Parameter("versionId", s3.VersionId),
            .. Parameter("addressing", s3.Addressing),
        ];
        return parameters.Length == 0 ? "" : "?" + string.Join('&', parameters);
    }

    private static IEnumerable<string> Parameter(string name, string? value) => value is null ? [] : [$"{name}={Uri.EscapeDataString(value)}"];

    private static string Prefixed(string prefix, string? value) => value is null ? "" : prefix + value;
}
