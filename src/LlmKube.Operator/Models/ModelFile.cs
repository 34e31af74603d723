using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Models;

/// <summary>What was found at a model's source.</summary>
internal abstract record ModelFile
{
    private ModelFile()
    {
    }

    /// <summary>The file is there and is what it should be.</summary>
    internal sealed record Found(string Path, long SizeBytes, string Revision, GgufStatus? Gguf, string? Sha256) : ModelFile;

    /// <summary>A person must act: the reason of the condition, and the sentence that says what to do.</summary>
    internal sealed record Refused(string Reason, string Message) : ModelFile;
}
