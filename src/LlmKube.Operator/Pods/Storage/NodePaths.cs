namespace LlmKube.Operator.Pods.Storage;

/// <summary>Holds a path of a node against the allowed roots. The node's files are not seen here, so a path is taken as it is written.</summary>
internal static class NodePaths
{
    /// <summary>Why the path may not be mounted; null when it may.</summary>
    public static string? Refuse(string path, IReadOnlyList<string> roots)
    {
        if (roots.Count == 0)
        {
            return $"The path {path} of a node is not served: no folders are allowed. Start the operator with --allowed-host-path-roots, or use another source.";
        }

        if (!path.StartsWith('/') || path.Split('/').Any(segment => segment is ".." or "."))
        {
            return $"The path {path} is refused: it must be absolute and have no '.' or '..' in it.";
        }

        return roots.Any(root => IsBelow(path, root.TrimEnd('/')))
            ? null
            : $"The path {path} is not below any folder that the operator allows ({string.Join(", ", roots)}). Move the file there, or add its folder to --allowed-host-path-roots.";
    }

    private static bool IsBelow(string path, string root) => path.StartsWith(root + "/", StringComparison.Ordinal);
}
