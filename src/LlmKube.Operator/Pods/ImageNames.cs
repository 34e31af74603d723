namespace LlmKube.Operator.Pods;

/// <summary>Which image is run, and where it is taken from.</summary>
internal static class ImageNames
{
    /// <summary>The user's own as it is; the installation's choice; else the runtime's. Null where nobody names one.</summary>
    public static string? Choose(string? declared, string runtime, string? otherwise, PodSettings settings)
    {
        if (!string.IsNullOrEmpty(declared))
        {
            return declared;
        }

        if (settings.RuntimeImages.TryGetValue(runtime, out var configured) && configured.Length > 0)
        {
            return configured;
        }

        return otherwise is null ? null : From(settings.ImageRegistry, otherwise);
    }

    /// <summary>The same image from a mirror: its registry is replaced, its path is kept.</summary>
    public static string From(string? registry, string image)
    {
        if (string.IsNullOrEmpty(registry))
        {
            return image;
        }

        var slash = image.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : image[..slash];
        var hasHost = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost";
        return $"{registry.TrimEnd('/')}/{(hasHost ? image[(slash + 1)..] : image)}";
    }
}
