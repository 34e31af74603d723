using LlmKube.Resources.Runtimes;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Router.Routing;

/// <summary>The <c>model</c> value that an engine accepts. llama-server takes any; vLLM and SGLang answer 404 to every name but theirs.</summary>
internal static class ServedModelName
{
    private const string Option = "--served-model-name";

    /// <summary>Null where the request's own value may stay.</summary>
    public static string? Find(InferenceServiceSpec spec) => spec.Runtime switch
    {
        RuntimeNames.Vllm or RuntimeNames.Sglang => ExtraArguments.FindValue(spec.ExtraArgs, Option) ?? spec.ModelRef,
        _ => null,
    };
}
