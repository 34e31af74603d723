namespace LlmKube.Resources;

/// <summary>Reasons of a Model's conditions.</summary>
public static class ModelReasons
{
    public const string ModelReady = "ModelReady";
    public const string ModelCached = "ModelCached";
    public const string PvcModelReady = "PVCModelReady";
    public const string RuntimeResolved = "RuntimeResolved";
    public const string WorkloadResolved = "WorkloadResolved";
    public const string MetalAgentManaged = "MetalAgentManaged";
    public const string ModelPrefetched = "ModelPrefetched";

    public const string DownloadStarted = "DownloadStarted";
    public const string CopyStarted = "CopyStarted";
    public const string PvcNotBound = "PVCNotBound";
    public const string PrefetchStarted = "PrefetchStarted";
    public const string PrefetchRunning = "PrefetchRunning";
    public const string PrefetchFailed = "PrefetchFailed";
    public const string PrefetchInvalid = "PrefetchInvalid";
    public const string Superseded = "Superseded";

    public const string DownloadFailed = "DownloadFailed";
    public const string SecretNotFound = "SecretNotFound";
    public const string SourceUnavailable = "SourceUnavailable";
    public const string SourceUnauthorized = "SourceUnauthorized";
    public const string CopyFailed = "CopyFailed";
    public const string IntegrityCheckFailed = "IntegrityCheckFailed";
    public const string InvalidSource = "InvalidSource";
    public const string InvalidSpec = "InvalidSpec";
    public const string InvalidFormat = "InvalidFormat";
    public const string SourceNotFound = "SourceNotFound";
    public const string SourceUnreadable = "SourceUnreadable";
    public const string PvcNotFound = "PVCNotFound";
    public const string SourceNotAllowed = "SourceNotAllowed";
    public const string InvalidFileSet = "InvalidFileSet";

    public const string SignatureRefused = "SignatureRefused";
    public const string SignatureVerified = "SignatureVerified";
    public const string SignatureNotVerified = "SignatureNotVerified";
    public const string SignaturePending = "SignaturePending";

    public const string RepositoryNotFound = "RepositoryNotFound";
    public const string RepositoryReady = "RepositoryReady";

    public const string UpstreamChanged = "UpstreamChanged";
    public const string InSync = "InSync";
}
