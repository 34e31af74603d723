namespace LlmKube.Models.Backends;

/// <summary>The closed set of ways in which reaching a model fails. Every backend's errors are one of these.</summary>
public enum FailureKind
{
    /// <summary>There is no such file, repository, bucket, tag or claim.</summary>
    NotFound,

    /// <summary>Credentials are missing or wrong.</summary>
    Unauthorized,

    /// <summary>The credentials are known but do not allow it, for example a gated repository.</summary>
    Forbidden,

    /// <summary>The place asks for fewer requests.</summary>
    Throttled,

    /// <summary>The place or the way to it is broken at the moment: no connection, a cut or stalled one, an answer of 5xx.</summary>
    Unavailable,

    /// <summary>The bytes changed at the place while they were read.</summary>
    Changed,

    /// <summary>The bytes that came are not those that the digest names.</summary>
    Corrupt,

    /// <summary>Not allowed by this installation's rules: a denied address, a path out of its root, a redirect elsewhere.</summary>
    Refused,

    /// <summary>It would take a connection, and the installation is offline.</summary>
    Offline,

    /// <summary>What came back is not what such a place answers, or the source makes no sense there.</summary>
    Invalid,

    /// <summary>The store has not enough room.</summary>
    NoSpace,

    /// <summary>The store cannot be written, or its file system fails.</summary>
    Storage,

    /// <summary>Another writer holds the same key.</summary>
    Busy,
}
