using System.Diagnostics;

namespace LlmKube.Models.Sources;

/// <summary>Sources that name something which names something else tomorrow: a tag of a registry or a repository, a branch or tag of a Hub. Pure.</summary>
public static class MovingSource
{
    private const int CommitDigits = 40;

    /// <summary>Whether what a source of a registry or a Hub names may change.</summary>
    public static bool Moves(ModelSource source) => source switch
    {
        ModelSource.Oci oci => !oci.Image.Contains('@', StringComparison.Ordinal),
        ModelSource.HuggingFace hub => !(hub.Revision is { Length: CommitDigits } revision && revision.All(char.IsAsciiHexDigitLower)),
        _ => false,
    };

    /// <summary>The same source at a version, a digest or a commit.</summary>
    public static ModelSource At(ModelSource source, string version) => source switch
    {
        ModelSource.Repository repository => repository with { Tag = null, Version = version },
        ModelSource.Oci oci => oci with { Image = $"{NameOf(oci.Image)}@{version}" },
        ModelSource.HuggingFace hub => hub with { Revision = version },
        _ => throw new UnreachableException(),
    };

    /// <summary>Whether two sources are of the same model, at whatever version.</summary>
    public static bool AreOfOneModel(ModelSource one, ModelSource other) => (one, other) switch
    {
        (ModelSource.Repository here, ModelSource.Repository there) => here.Name == there.Name && here.Model == there.Model,
        (ModelSource.Oci here, ModelSource.Oci there) => NameOf(here.Image) == NameOf(there.Image),
        (ModelSource.HuggingFace here, ModelSource.HuggingFace there) => here.Repo == there.Repo && here.File == there.File,
        _ => false,
    };

    /// <summary>An image without its tag and digest.</summary>
    private static string NameOf(string image)
    {
        var named = image.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? image[..at] : image;
        return named.LastIndexOf(':') is var colon && colon > named.LastIndexOf('/') ? named[..colon] : named;
    }
}
