using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources.Runtimes.Tgi;

/// <summary>The command line of text-generation-inference for a service. What the user adds comes last and wins.</summary>
public static class TgiArguments
{
    /// <summary>The arguments in order.</summary>
    /// <param name="service">What is declared for the service.</param>
    /// <param name="model">Folder or repository that TGI opens; empty when it gets none.</param>
    /// <param name="port">Port to listen on.</param>
    /// <param name="host">Address to bind to.</param>
    /// <param name="gpuCount">GPUs of the pod.</param>
    public static IReadOnlyList<string> Build(InferenceServiceSpec service, string model, int port, string host, int gpuCount)
    {
        var config = service.TgiConfig ?? new TgiSpec();
        var arguments = new ArgumentList(service.ExtraArgs);
        arguments.Add("--model-id", model);
        arguments.Add("--port", port);
        arguments.AddUnlessGiven("--hostname", host);
        arguments.Add("--quantize", config.Quantize);
        arguments.Add("--max-input-length", config.MaxInputLength);
        arguments.Add("--max-total-tokens", config.MaxTotalTokens);
        arguments.Add("--dtype", config.Dtype);
        arguments.Add("--num-shard", gpuCount > 1 ? gpuCount : null);
        return arguments.Finish();
    }
}
