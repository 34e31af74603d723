using LlmKube.Models.Backends;

namespace LlmKube.Models.Store;

/// <summary>Says what a failing file system means for a store, and what to do.</summary>
internal static class StoreFailures
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int ReadOnly = 30;
    private const int ErrnoMask = 0xFFFF;

    public static ModelFailure From(Exception e, string root) => e switch
    {
        IOException { HResult: var code } when (code & ErrnoMask) is NoSpace or QuotaExceeded =>
            new ModelFailure(FailureKind.NoSpace, $"the model store at {root} is full. Free room with \"llmkube cache clear --unused\", or give it a larger disk; what arrived so far is kept."),
        IOException { HResult: var code } when (code & ErrnoMask) == ReadOnly =>
            new ModelFailure(FailureKind.Storage, $"the model store at {root} is mounted read-only: what is in it can be served, and nothing can be fetched into it."),
        UnauthorizedAccessException =>
            new ModelFailure(FailureKind.Storage, $"the model store at {root} does not let this user write ({e.Message}). Check its owner and mode, in Kubernetes the pod's fsGroup."),
        _ => new ModelFailure(FailureKind.Storage, $"the model store at {root} failed: {e.Message}"),
    };
}
