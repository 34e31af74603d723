using System.Globalization;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources.Runtimes.Vllm;

/// <summary>The command line of <c>vllm serve</c> for a service, after the command. What the user adds comes last and wins.</summary>
public static class VllmArguments
{
    /// <summary>The arguments in order.</summary>
    /// <param name="service">What is declared for the service.</param>
    /// <param name="model">Folder, file or repository that vLLM opens; empty when it gets none.</param>
    /// <param name="port">Port to listen on.</param>
    /// <param name="host">Address to bind to.</param>
    /// <param name="gpuCount">GPUs of the pod.</param>
    public static IReadOnlyList<string> Build(InferenceServiceSpec service, string model, int port, string host, int gpuCount)
    {
        var config = service.VllmConfig ?? new VllmSpec();
        var arguments = new ArgumentList(service.ExtraArgs);
        if (model.Length > 0)
        {
            arguments.AddPositional(model);
        }

        arguments.Add("--port", port);
        arguments.AddUnlessGiven("--host", host);

        // By the Model's name, as for the other runtimes, and by the one that vLLM would choose, so that existing clients go on.
        if (!arguments.IsGiven("--served-model-name"))
        {
            arguments.AddAll("--served-model-name", model.Length > 0 ? [service.ModelRef, model] : [service.ModelRef]);
        }

        arguments.Add("--tensor-parallel-size", config.TensorParallelSize is > 1 ? config.TensorParallelSize : config.TensorParallelSize is null && gpuCount > 1 ? gpuCount : null);
        arguments.Add("--max-model-len", config.MaxModelLen);
        arguments.Add("--quantization", config.Quantization);
        arguments.Add("--dtype", config.Dtype);
        arguments.Add("--kv-cache-dtype", CacheTypes.Of(config.KvCacheCustomDtype, config.KvCacheDtype));
        arguments.AddFlag("--enable-prefix-caching", config.EnablePrefixCaching);
        arguments.AddFlag("--enable-chunked-prefill", config.EnableChunkedPrefill);
        arguments.Add("--max-num-batched-tokens", config.MaxNumBatchedTokens);
        arguments.Add("--attention-backend", config.AttentionBackend);
        if (config.Speculative is { Enabled: true } speculative)
        {
            arguments.Add("--speculative-model", speculative.Model);
            arguments.Add("--num-speculative-tokens", speculative.NumSpeculativeTokens ?? 4);
        }

        arguments.AddFlag("--enable-expert-parallel", config.EnableExpertParallel);
        if (gpuCount > 0)
        {
            arguments.Add("--cpu-offload-gb", config.CpuOffloadGb);
            arguments.Add("--gpu-memory-utilization", config.GpuMemoryUtilization?.ToString(CultureInfo.InvariantCulture));
        }

        arguments.AddUnlessGiven("--max-num-seqs", service.ParallelSlots?.ToString(CultureInfo.InvariantCulture));
        AddMode(arguments, service.Mode);
        return arguments.Finish();
    }

    /// <summary>vLLM has one model for each task; what is declared is said, what is not is left to the model's own configuration.</summary>
    private static void AddMode(ArgumentList arguments, string? mode)
    {
        if (mode is ServingModes.Embedding or ServingModes.Rerank)
        {
            arguments.AddUnlessGiven("--runner", "pooling");
        }
    }
}
