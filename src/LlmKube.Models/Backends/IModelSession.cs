namespace LlmKube.Models.Backends;

/// <summary>
/// One immutable revision of a source, for as long as it is needed. Registry tokens, followed redirects and presigned addresses live in
/// it and are renewed in it. Safe for concurrent use.
/// </summary>
public interface IModelSession : IAsyncDisposable
{
    /// <summary>What pins the revision: a commit, a manifest digest, a version id, or the validators of the files. Equal text means equal bytes.</summary>
    string Revision { get; }

    /// <summary>The digest or commit that, written into the source in the place of a tag or branch, names exactly this; null where a source cannot say it.</summary>
    string? Pin => null;

    /// <summary>The files, with paths that are already known to be safe, each once, in ordinal order.</summary>
    IReadOnlyList<RemoteFile> Files { get; }

    /// <summary>The paths of the model's files, as far as the place tells them: those of <see cref="Files"/>, unless they are packed.</summary>
    IReadOnlyList<string> Paths => [.. Files.Select(file => file.Path)];

    /// <summary>Where in an image for containers the files are: <c>/</c> or <c>/models</c>; null for everything that is no such image.</summary>
    string? ImageRoot => null;

    /// <summary>
    /// Opens a file from <paramref name="offset"/> on, for <paramref name="length"/> bytes or to the end where that is null. The answer
    /// may begin earlier, at 0, where the place does not know ranges: <see cref="OpenResult.Opened.Offset"/> tells.
    /// </summary>
    Task<OpenResult> OpenAsync(RemoteFile file, long offset, long? length, CancellationToken cancellationToken);
}
