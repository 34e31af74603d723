namespace LlmKube.Kubernetes.Client;

/// <summary>What happened to a watched object.</summary>
public enum WatchEventKind
{
    Added,
    Modified,
    Deleted,

    /// <summary>Nothing happened up to <c>Object.Metadata.ResourceVersion</c>: a place to resume from.</summary>
    Bookmark,
}

/// <summary>One event of a watch. An <c>ERROR</c> event is thrown as <see cref="ApiException"/> instead.</summary>
public sealed record WatchEvent<T>(WatchEventKind Kind, T Object);

/// <summary>A whole list, read in pages, and the version to watch from.</summary>
public sealed record Listing<T>(IReadOnlyList<T> Items, string ResourceVersion);
