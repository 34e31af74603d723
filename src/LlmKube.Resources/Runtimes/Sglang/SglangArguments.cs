using System.Globalization;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources.Runtimes.Sglang;

/// <summary>The command line of <c>sglang.launch_server</c> for a service, after the command. What the user adds comes last and wins.</summary>
public static class SglangArguments
{
    /// <summary>The arguments in order.</summary>
    /// <param name="service">What is declared for the service.</param>
    /// <param name="model">Folder or repository that SGLang opens; empty when it gets none.</param>
    /// <param name="port">Port to listen on.</param>
    /// <param name="host">Address to bind to.</param>
    /// <param name="gpuCount">GPUs of the pod.</param>
    public static IReadOnlyList<string> Build(InferenceServiceSpec service, string model, int port, string host, int gpuCount)
    {
        var config = service.SglangConfig ?? new SglangSpec();
        var arguments = new ArgumentList(service.ExtraArgs);
        arguments.Add("--model-path", model);
        arguments.Add("--port", port);
        arguments.AddFlag("--enable-metrics", true);
        arguments.AddUnlessGiven("--host", host);
        arguments.AddUnlessGiven("--served-model-name", service.ModelRef);
        arguments.Add("--tp", config.TensorParallelSize ?? (gpuCount > 1 && config.DataParallelSize is null ? gpuCount : null));
        arguments.Add("--ep", config.ExpertParallelSize);
        arguments.Add("--dp", config.DataParallelSize);
        AddMemory(arguments, config);
        arguments.AddFlag("--enable-prefix-caching", config.EnablePrefixCaching);
        arguments.Add("--tool-call-parser", config.ToolCallParser);
        arguments.Add("--reasoning-parser", config.ReasoningParser);
        arguments.Add("--chat-template", config.ChatTemplate);
        AddSpeculation(arguments, config.Speculative);
        AddAdapters(arguments, config);
        arguments.Add("--log-level", config.LogLevel);
        arguments.AddFlag("--trust-remote-code", config.TrustRemoteCode);
        arguments.AddFlag("--skip-tokenizer-init", config.SkipTokenizerInit);
        arguments.AddFlag("--is-embedding", ServingMode.Of(service) == ServingModes.Embedding && !arguments.IsGiven("--is-embedding"));
        return arguments.Finish();
    }

    private static void AddMemory(ArgumentList arguments, SglangSpec config)
    {
        arguments.Add("--context-length", config.ContextLength);
        arguments.Add("--mem-fraction-static", Number(config.MemFractionStatic));
        arguments.Add("--chunked-prefill-size", config.ChunkedPrefillSize);
        arguments.Add("--max-running-requests", config.MaxRunningRequests);
        arguments.Add("--quantization", config.Quantization);
        arguments.Add("--kv-cache-dtype", CacheTypes.Of(config.KvCacheCustomDtype, config.KvCacheDtype));
        arguments.Add("--attention-backend", config.AttentionBackend);
    }

    private static void AddSpeculation(ArgumentList arguments, SglangSpeculativeSpec? speculative)
    {
        if (speculative is not { Enabled: true })
        {
            return;
        }

        arguments.Add("--speculative-algorithm", speculative.Algorithm);
        arguments.Add("--speculative-draft-model-path", speculative.DraftModelPath);
        arguments.Add("--speculative-num-steps", speculative.NumSteps);
        arguments.Add("--speculative-eagle-topk", speculative.EagleTopK);
        arguments.Add("--speculative-num-draft-tokens", speculative.NumDraftTokens ?? 4);
        arguments.Add("--speculative-accept-threshold-single", Number(speculative.AcceptThresholdSingle));
        arguments.Add("--speculative-accept-threshold-acc", Number(speculative.AcceptThresholdAcc));
    }

    private static void AddAdapters(ArgumentList arguments, SglangSpec config)
    {
        // Each pair is an argument of its own behind one option.
        arguments.AddAll("--lora-paths", [.. (config.LoraAdapters ?? []).Select(adapter => $"{adapter.Name}={adapter.Path}"), .. config.LoraModules ?? []]);
        arguments.Add("--max-lora-rank", config.MaxLoraRank);
        arguments.AddAll("--lora-target-modules", config.LoraTargetModules ?? []);
    }

    private static string? Number(double? value) => value?.ToString(CultureInfo.InvariantCulture);
}
