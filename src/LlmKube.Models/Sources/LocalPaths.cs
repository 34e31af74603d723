namespace LlmKube.Models.Sources;

/// <summary>
/// Decides whether a path may be read. The check is made on the path that the file really has: every link on the way is followed first,
/// so that neither <c>..</c> nor a link leads out of the allowed folders.
/// </summary>
public static class LocalPaths
{
    private const int MaxLinks = 40;

    /// <summary>What is thought of the path that was declared.</summary>
    /// <param name="declared">An absolute path, or a <c>file://</c> URL.</param>
    /// <param name="roots">The folders that may be read; none refuses everything.</param>
    public static LocalPathResult Check(string declared, IReadOnlyList<string> roots) => Check(declared, roots, foldersToo: false);

    /// <summary>The same, for a file or a folder.</summary>
    public static LocalPathResult CheckAny(string declared, IReadOnlyList<string> roots) => Check(declared, roots, foldersToo: true);

    /// <summary>The path with every link followed, part by part; null when the links go in circles. Parts that do not exist stay as they are.</summary>
    public static string? RealPath(string path) => Resolve(path);

    private static LocalPathResult Check(string declared, IReadOnlyList<string> roots, bool foldersToo)
    {
        if (PathOf(declared) is not { } path)
        {
            return new LocalPathResult.NotAllowed($"{declared} is not an absolute path on this machine. Write /path/to/model.gguf or file:///path/to/model.gguf.");
        }

        if (path.Split('/').Contains("..", StringComparer.Ordinal))
        {
            return new LocalPathResult.NotAllowed($"{path} contains \"..\". Write the path without it.");
        }

        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return new LocalPathResult.NotAllowed("The path contains a NUL character.");
        }

        try
        {
            return CheckResolved(path, roots, foldersToo);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new LocalPathResult.Failed($"{path} cannot be looked at: {e.Message}. Give the user that runs llmkube the right to read it.");
        }
    }

    private static LocalPathResult CheckResolved(string path, IReadOnlyList<string> roots, bool foldersToo)
    {
        // Before anything is asked of the file system: a path outside must not tell whether it exists.
        if (!IsBelowAny(path, roots, foldersToo) || Resolve(path) is not { } resolved || !IsBelowAny(resolved, [.. roots.Select(root => Resolve(root) ?? root)], foldersToo))
        {
            return new LocalPathResult.NotAllowed(
                roots.Count == 0
                    ? $"{path} may not be read: no folder is allowed for local models. Allow one: llmkube up --allow-path {Path.GetDirectoryName(path)}"
                    : $"{path} is outside the folders that models may be read from ({string.Join(", ", roots.Order(StringComparer.Ordinal))}). Move it there, or allow its folder: llmkube up --allow-path {Path.GetDirectoryName(path)}");
        }

        if (Directory.Exists(resolved))
        {
            return foldersToo ? new LocalPathResult.Allowed(resolved) : new LocalPathResult.Failed($"{path} is a folder, and a file is needed. Name the file inside it.");
        }

        if (!File.Exists(resolved))
        {
            return new LocalPathResult.Missing($"{path} does not exist. Put the file there, or correct spec.source.");
        }

        using var opened = File.OpenHandle(resolved, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return new LocalPathResult.Allowed(resolved);
    }

    /// <summary>The path in either form; null when it is neither.</summary>
    private static string? PathOf(string declared)
    {
        const string scheme = "file://";
        if (declared.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            var rest = Uri.UnescapeDataString(declared[scheme.Length..]);
            return rest.StartsWith('/') ? rest : null;
        }

        return declared.StartsWith('/') ? declared : null;
    }

    private static bool IsBelowAny(string path, IReadOnlyList<string> roots, bool orItself) =>
        roots.Any(root => root.TrimEnd('/') is { Length: > 0 } folder ? (orItself && path == folder) || path.StartsWith(folder + "/", StringComparison.Ordinal) : root == "/");

    private static string? Resolve(string path)
    {
        var links = 0;
        var done = "/";
        var rest = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        while (rest.TryPop(out var part))
        {
            if (part == ".")
            {
                continue;
            }

            if (part == "..")
            {
                done = Path.GetDirectoryName(done) ?? "/";
                continue;
            }

            var next = Path.Combine(done, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                done = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                return null;
            }

            if (target.StartsWith('/'))
            {
                done = "/";
            }

            foreach (var piece in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                rest.Push(piece);
            }
        }

        return done;
    }
}
