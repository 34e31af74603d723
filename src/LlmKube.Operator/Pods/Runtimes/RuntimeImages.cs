namespace LlmKube.Operator.Pods.Runtimes;

/// <summary>The images of engines that others than the operator need to name.</summary>
public static class RuntimeImages
{
    /// <summary>llama.cpp for processors.</summary>
    public const string LlamaCpu = "ghcr.io/ggml-org/llama.cpp:server";
}
