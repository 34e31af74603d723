using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources.Runtimes;

/// <summary>What a service is for, where its spec does not say it outright.</summary>
public static class ServingMode
{
    /// <summary>The declared mode, else what the arguments or the path of the endpoint give away, else chat.</summary>
    public static string Of(InferenceServiceSpec spec)
    {
        if (!string.IsNullOrEmpty(spec.Mode))
        {
            return spec.Mode;
        }

        var path = Defaults.EndpointPathOf(spec);
        if (ExtraArguments.Sets(spec.ExtraArgs, "--reranking") || path.Contains("/rerank", StringComparison.Ordinal))
        {
            return ServingModes.Rerank;
        }

        return ExtraArguments.Sets(spec.ExtraArgs, "--embedding")
            || ExtraArguments.Sets(spec.ExtraArgs, "--embeddings")
            || path.Contains("/embeddings", StringComparison.Ordinal)
                ? ServingModes.Embedding
                : ServingModes.Chat;
    }
}
