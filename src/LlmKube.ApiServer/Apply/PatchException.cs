namespace LlmKube.ApiServer.Apply;

/// <summary>Why a patch could not be applied, in the terms of a Kubernetes <c>Status</c>.</summary>
internal enum PatchFailure
{
    /// <summary>400: the patch itself is malformed.</summary>
    BadRequest,

    /// <summary>422: the patch is well formed, but does not fit the object.</summary>
    Invalid,

    /// <summary>413: the patch asks for more work than one request may.</summary>
    RequestEntityTooLarge,
}

/// <summary>A patch that a caller sent and that cannot be applied; the message is for the caller.</summary>
internal sealed class PatchException(PatchFailure failure, string message) : Exception(message)
{
    public PatchFailure Failure { get; } = failure;

    /// <summary>The <c>reason</c> of the answering <c>Status</c>.</summary>
    public string Reason => Failure.ToString();

    /// <summary>The HTTP status of the answer.</summary>
    public int Code => Failure switch
    {
        PatchFailure.BadRequest => 400,
        PatchFailure.Invalid => 422,
        PatchFailure.RequestEntityTooLarge => 413,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static PatchException BadRequest(string message) => new(PatchFailure.BadRequest, message);

    public static PatchException Invalid(string message) => new(PatchFailure.Invalid, message);

    public static PatchException TooLarge(string message) => new(PatchFailure.RequestEntityTooLarge, message);
}
