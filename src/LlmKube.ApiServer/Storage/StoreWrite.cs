using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Storage;

/// <summary>
/// One change to commit: a new version of an object, or its removal (no <see cref="Object"/>), if the object is still
/// at <see cref="ExpectedRevision"/>; zero means that it must not exist yet.
/// </summary>
internal sealed record StoreWrite(StoreKey Key, JsonObject? Object, long ExpectedRevision)
{
    /// <summary>Objects that must be there and not be going, at the very moment of the commit: the namespace, the definition.</summary>
    public IReadOnlyList<StoreKey> Requires { get; init; } = [];
}

/// <summary>What became of a write. A closed hierarchy.</summary>
internal abstract record CommitOutcome
{
    private CommitOutcome()
    {
    }

    /// <summary>It is durable. For a removal, <see cref="Object"/> is the last version under the removal's revision.</summary>
    internal sealed record Committed(StoredObject Object) : CommitOutcome;

    /// <summary>Somebody else was first; <see cref="Current"/> is what is there now, null for nothing.</summary>
    internal sealed record Outdated(StoredObject? Current) : CommitOutcome;

    /// <summary>What <see cref="StoreWrite.Requires"/> names is gone (null) or going.</summary>
    internal sealed record Unmet(StoreKey Required, StoredObject? Current) : CommitOutcome;

    /// <summary>The disk refused. Nothing changed.</summary>
    internal sealed record Refused(string Message, bool OutOfSpace) : CommitOutcome;
}
