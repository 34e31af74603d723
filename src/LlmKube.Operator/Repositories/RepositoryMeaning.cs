using LlmKube.Models.Repositories;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;

namespace LlmKube.Operator.Repositories;

/// <summary>What a ModelRepository's spec means. Pure.</summary>
public static class RepositoryMeaning
{
    private const int PollSeconds = 60;

    /// <summary>The place, or what is wrong with the spec.</summary>
    public static (RepositoryPlace? Place, string? Problem) PlaceOf(ModelRepositorySpec spec)
    {
        var prefix = spec.Prefix?.Trim('/') ?? "";
        return spec.Type switch
        {
            RepositoryTypes.Folder when spec.Path is { Length: > 0 } path => RepositoryPlace.Parse(path),
            RepositoryTypes.Folder => (null, "A repository of the type folder needs spec.path."),
            RepositoryTypes.Pvc when spec.ClaimName is { Length: > 0 } claim => RepositoryPlace.Parse($"pvc://{claim}/{spec.Path?.Trim('/')}"),
            RepositoryTypes.Pvc => (null, "A repository of the type pvc needs spec.claimName."),
            RepositoryTypes.S3 when spec.Bucket is { Length: > 0 } bucket => RepositoryPlace.Parse($"s3://{bucket}/{prefix}{Query(("endpoint", spec.Endpoint), ("region", spec.Region))}"),
            RepositoryTypes.S3 => (null, "A repository of the type s3 needs spec.bucket."),
            RepositoryTypes.Oci when spec.Endpoint is { Length: > 0 } registry => RepositoryPlace.Parse($"oci://{registry.TrimEnd('/')}/{prefix}"),
            RepositoryTypes.Oci => (null, "A repository of the type oci needs spec.endpoint, the registry's host."),
            var other => (null, $"The type '{other}' is not known. Write folder, pvc, s3 or oci."),
        };
    }

    /// <summary>What is wrong with a repository, for validation; empty when nothing is.</summary>
    public static IReadOnlyList<Finding> Validate(ModelRepository repository) => PlaceOf(repository.Spec).Problem is { } problem ? [new Finding("spec", problem)] : [];

    /// <summary>How long what its tags say holds.</summary>
    public static TimeSpan PollOf(ModelRepositorySpec spec) => TimeSpan.FromSeconds(spec.PollIntervalSeconds ?? PollSeconds);

    private static string Query(params (string Name, string? Value)[] parameters)
    {
        var said = parameters.Where(one => one.Value is { Length: > 0 }).Select(one => $"{one.Name}={Uri.EscapeDataString(one.Value!)}").ToList();
        return said.Count == 0 ? "" : "?" + string.Join('&', said);
    }
}
