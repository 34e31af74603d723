using System.Text.Json.Nodes;

namespace LlmKube.Kubernetes.Client;

/// <summary>What to list. <see cref="Namespace"/> null means all namespaces.</summary>
public sealed record ListOptions
{
    public string? Namespace { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>Null for the newest; <c>0</c> allows whatever the server has at hand.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Objects in one request; the client follows <c>continue</c> itself.</summary>
    public int PageSize { get; init; } = 500;
}

/// <summary>What to watch. <see cref="Namespace"/> null means all namespaces.</summary>
public sealed record WatchOptions
{
    public string? Namespace { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>Events after this version; null starts with the current state as synthetic <c>ADDED</c> events.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>The server ends the watch after this long.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>Server-side apply under a field manager. <see cref="Force"/> takes fields over from other managers.</summary>
public sealed record ApplyOptions(string FieldManager, bool Force = true)
{
    /// <summary><c>status</c> or another subresource; null for the object itself.</summary>
    public string? Subresource { get; init; }

    public bool DryRun { get; init; }
}

/// <summary>How to delete.</summary>
public sealed record DeleteOptions
{
    /// <summary><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>; null is the server's default.</summary>
    public string? PropagationPolicy { get; init; }

    public long? GracePeriodSeconds { get; init; }

    /// <summary>Delete only the object with this uid.</summary>
    public string? Uid { get; init; }

    /// <summary>Delete only this version of the object.</summary>
    public string? ResourceVersion { get; init; }
}

/// <summary>A change to an object: a merge patch (RFC 7396) or a JSON patch (RFC 6902).</summary>
public abstract record Patch
{
    private Patch()
    {
    }

    public abstract string ContentType { get; }

    internal abstract JsonNode Body { get; }

    public static Patch Merge(JsonObject body) => new MergePatch(body);

    public static Patch Json(JsonArray operations) => new JsonPatch(operations);

    private sealed record MergePatch(JsonObject Document) : Patch
    {
        public override string ContentType => "application/merge-patch+json";

        internal override JsonNode Body => Document;
    }

    private sealed record JsonPatch(JsonArray Operations) : Patch
    {
        public override string ContentType => "application/json-patch+json";

        internal override JsonNode Body => Operations;
    }
}

/// <summary>How to patch. A field manager names who did it in <c>managedFields</c>.</summary>
public sealed record PatchOptions
{
    /// <summary><c>status</c>, <c>scale</c> or another subresource; null for the object itself.</summary>
    public string? Subresource { get; init; }

    public string? FieldManager { get; init; }

    public bool DryRun { get; init; }
}
