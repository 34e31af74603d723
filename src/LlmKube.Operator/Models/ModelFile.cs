using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Models;

/// <summary>What is known of a signature: whether it holds, or null while that is found out when the model is fetched; and a sentence.</summary>
internal sealed record SignatureVerdict(bool? Holds, string Message);

/// <summary>What was found at a model's source.</summary>
internal abstract record ModelFile
{
    private ModelFile()
    {
    }

    /// <summary>The file is there and is what it should be.</summary>
    internal sealed record Found(string Path, long SizeBytes, string Revision, GgufStatus? Gguf, string? Sha256) : ModelFile;

    /// <summary>The source is reached, and its files are fetched where they are served.</summary>
    internal sealed record Remote(string Revision, DateTimeOffset LookedAt) : ModelFile
    {
        public long? SizeBytes { get; init; }

        public GgufStatus? Gguf { get; init; }

        public string? Sha256 { get; init; }

        public string? ETag { get; init; }

        /// <summary>The paths of the files, where there are several.</summary>
        public IReadOnlyList<string>? Files { get; init; }

        /// <summary>What is known of its signature; null where none is asked for.</summary>
        public SignatureVerdict? Signature { get; init; }

        /// <summary>Where in an image for containers they are; null where it is none.</summary>
        public string? ImageRoot { get; init; }

        /// <summary>Whether the source has another revision by now than the one that is served.</summary>
        public bool Drifted { get; init; }
    }

    /// <summary>It is where pods will find it; this process cannot look there.</summary>
    internal sealed record Declared(string Reason, string Message, string? Path) : ModelFile;

    /// <summary>Something else has to happen first, and will be noticed when it does.</summary>
    internal sealed record NotYet(string Reason, string Message) : ModelFile;

    /// <summary>Time may heal it; it is tried again after <paramref name="RetryAfter"/>.</summary>
    internal sealed record Unreachable(string Message, TimeSpan RetryAfter) : ModelFile;

    /// <summary>A person must act: the reason of the condition, and the sentence that says what to do.</summary>
    internal sealed record Refused(string Reason, string Message) : ModelFile;
}
