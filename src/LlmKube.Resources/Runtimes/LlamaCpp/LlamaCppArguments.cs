using System.Globalization;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources.Runtimes.LlamaCpp;

/// <summary>
/// The command line of llama-server for a service. The order is part of the contract: existing LLMKube writes the same,
/// and what the user adds comes last, because the last value of an option is the one that counts.
/// </summary>
public static class LlamaCppArguments
{
    private const int AllLayers = 99;

    /// <summary>The arguments in order, without the program.</summary>
    /// <param name="service">What is declared for the service.</param>
    /// <param name="model">What is declared for its model.</param>
    /// <param name="modelPath">The file that the engine opens; empty when it gets none.</param>
    /// <param name="port">Port to listen on.</param>
    /// <param name="host">Address to bind to.</param>
    /// <param name="gpuCount">GPUs that the replica has by count; claimed ones are found in <paramref name="model"/>.</param>
    /// <param name="draftPath">The draft model's file, when speculative decoding has one.</param>
    /// <param name="mmprojPath">The projector's file, when the model has one.</param>
    public static IReadOnlyList<string> Build(
        InferenceServiceSpec service,
        ModelSpec model,
        string modelPath,
        int port,
        string host,
        int gpuCount,
        string? draftPath = null,
        string? mmprojPath = null)
    {
        var arguments = new ArgumentList(service.ExtraArgs);
        arguments.Add("--model", modelPath);
        arguments.Add("--port", port);
        arguments.AddUnlessGiven("--host", host);
        var hasGpu = gpuCount > 0 || model.Hardware?.Gpu?.ResourceClaims is { Count: > 0 };
        AddGpus(arguments, model.Hardware?.Gpu, gpuCount, hasGpu);
        AddContext(arguments, service, hasGpu);
        AddMemory(arguments, service);
        AddSpeculation(arguments, service.SpeculativeDecoding, draftPath);
        if (service.ReasoningBudget is { } budget)
        {
            arguments.Add("--reasoning-budget", budget);
            arguments.Add("--reasoning-budget-message", service.ReasoningBudgetMessage);
        }

        arguments.AddUnlessGiven("--mmproj", mmprojPath);
        arguments.AddEach("--override-kv", service.MetadataOverrides);
        AddMode(arguments, service.Mode);
        return arguments.Finish("--metrics");
    }

    /// <summary>The arguments of a llama-server that loads and unloads the models of a folder by itself.</summary>
    public static IReadOnlyList<string> BuildRouter(InferenceServiceSpec service, int port, string host)
    {
        var arguments = new ArgumentList(service.ExtraArgs);
        arguments.AddUnlessGiven("--models-dir", "/models");
        arguments.Add("--port", port);
        arguments.AddUnlessGiven("--host", host);
        arguments.AddFlagUnlessGiven("--metrics");
        return arguments.Finish();
    }

    private static void AddGpus(ArgumentList arguments, GpuSpec? gpu, int gpuCount, bool hasGpu)
    {
        if (!hasGpu)
        {
            return;
        }

        arguments.Add("--n-gpu-layers", gpu?.Layers is { } layers and > 0 ? layers : AllLayers);
        if (gpuCount > 1)
        {
            var mode = gpu?.Sharding?.Strategy switch
            {
                ShardingStrategies.Tensor or ShardingStrategies.Row => "row",
                ShardingStrategies.None => "none",
                _ => "layer",
            };
            arguments.Add("--split-mode", mode);
            if (mode != "none")
            {
                arguments.Add("--tensor-split", TensorSplit.Of(gpu?.Sharding?.LayerSplit, gpuCount));
            }
        }
    }

    private static void AddContext(ArgumentList arguments, InferenceServiceSpec service, bool hasGpu)
    {
        arguments.Add("--ctx-size", service.ContextSize);
        if (service.RopeScaling is { } rope && !arguments.IsGiven("--rope-scaling"))
        {
            arguments.Add("--rope-scaling", rope.Type);
            arguments.Add("--rope-scale", rope.Factor);
            arguments.Add("--yarn-orig-ctx", rope.OriginalContext);
        }

        arguments.AddUnlessGiven("--parallel", service.ParallelSlots?.ToString(CultureInfo.InvariantCulture));
        if (hasGpu && service.FlashAttention == true)
        {
            arguments.Add("--flash-attn", "on");
        }

        arguments.AddFlag("--jinja", service.Jinja);
    }

    private static void AddMemory(ArgumentList arguments, InferenceServiceSpec service)
    {
        arguments.Add("--cache-type-k", string.IsNullOrEmpty(service.CacheTypeCustomK) ? service.CacheTypeK : service.CacheTypeCustomK);
        arguments.Add("--cache-type-v", string.IsNullOrEmpty(service.CacheTypeCustomV) ? service.CacheTypeV : service.CacheTypeCustomV);
        arguments.AddFlag("--cpu-moe", service.MoeCpuOffload);
        arguments.Add("--n-cpu-moe", service.MoeCpuLayers is > 0 ? service.MoeCpuLayers : null);
        arguments.AddFlag("--no-kv-offload", service.NoKvOffload);
        arguments.AddEach("--override-tensor", service.TensorOverrides);
        arguments.Add("--batch-size", service.BatchSize);
        arguments.Add("--ubatch-size", service.UBatchSize);
        arguments.AddFlag("--no-warmup", service.NoWarmup);
    }

    private static void AddSpeculation(ArgumentList arguments, SpeculativeDecodingSpec? speculation, string? draftPath)
    {
        if (speculation is null || SpeculativeTypes.EngineNameOf(speculation.Type) is not { } type || type == SpeculativeTypes.None)
        {
            return;
        }

        arguments.Add("--spec-type", type);
        arguments.Add("-md", draftPath);
        arguments.Add("--spec-draft-n-max", speculation.NDraftMax);
        arguments.Add("--spec-draft-p-min", speculation.PMin?.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Only a declared mode sets flags: a guessed one could turn chat off for a service that was meant for both.</summary>
    private static void AddMode(ArgumentList arguments, string? mode)
    {
        if (mode is not (ServingModes.Embedding or ServingModes.Rerank))
        {
            return;
        }

        if (mode == ServingModes.Rerank)
        {
            arguments.AddFlagUnlessGiven("--reranking");
        }

        arguments.AddFlagUnlessGiven("--embedding");
        arguments.AddUnlessGiven("--pooling", mode == ServingModes.Rerank ? "rank" : "last");
        arguments.AddUnlessGiven("--cache-ram", "0");
    }
}
