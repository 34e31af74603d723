using LlmKube.Resources.Runtimes.LlamaCpp;
using LlmKube.Resources.Runtimes.Sglang;
using LlmKube.Resources.Runtimes.Tgi;
using LlmKube.Resources.Runtimes.Vllm;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Resources.Tests.Runtimes.Others;

/// <summary>The command lines of the runtimes beside llama.cpp, in the order of existing LLMKube.</summary>
public sealed class OtherArgumentsTests
{
    private static readonly InferenceServiceSpec s_plain = new() { ModelRef = "m" };

    [Fact]
    public void Vllm_plain() => Line(VllmArguments.Build(s_plain, "/models/k", 8000, "::", 0)).ShouldBe("/models/k --port 8000 --host :: --served-model-name m /models/k");

    [Fact]
    public void Vllm_with_everything()
    {
        var service = s_plain with
        {
            ParallelSlots = 8,
            ExtraArgs = ["--seed", "1"],
            VllmConfig = new VllmSpec
            {
                MaxModelLen = 8192, Quantization = "fp8", Dtype = "bfloat16", KvCacheDtype = "fp8_e5m2", EnablePrefixCaching = true, EnableChunkedPrefill = true, MaxNumBatchedTokens = 4096,
                AttentionBackend = "FLASHINFER", Speculative = new VllmSpeculativeSpec { Enabled = true, Model = "d" }, EnableExpertParallel = true, CpuOffloadGb = 4, GpuMemoryUtilization = 0.9,
            },
        };

        Line(VllmArguments.Build(service, "/models/k", 8000, "::", 2)).ShouldBe(
            "/models/k --port 8000 --host :: --served-model-name m /models/k --tensor-parallel-size 2 --max-model-len 8192 --quantization fp8 --dtype bfloat16 --kv-cache-dtype fp8_e5m2 --enable-prefix-caching "
            + "--enable-chunked-prefill --max-num-batched-tokens 4096 --attention-backend FLASHINFER --speculative-model d --num-speculative-tokens 4 --enable-expert-parallel --cpu-offload-gb 4 "
            + "--gpu-memory-utilization 0.9 --max-num-seqs 8 --seed 1");
        Line(VllmArguments.Build(service, "/models/k", 8000, "::", 0)).ShouldNotContain("--cpu-offload-gb");
    }

    [Theory]
    [InlineData("auto", null, null)]
    [InlineData("fp8_e4m3", null, "fp8_e4m3")]
    [InlineData("fp8_e4m3", "turbo2", "turbo2")]
    public void Vllm_is_told_of_a_cache_type_only_where_it_is_not_to_choose(string declared, string? custom, string? told)
    {
        var line = Line(VllmArguments.Build(s_plain with { VllmConfig = new VllmSpec { KvCacheDtype = declared, KvCacheCustomDtype = custom } }, "m", 8000, "::", 1));

        line.Contains("--kv-cache-dtype", StringComparison.Ordinal).ShouldBe(told is not null);
        line.ShouldContain(told ?? "");
    }

    [Fact]
    public void Sglang_plain_and_with_everything()
    {
        Line(SglangArguments.Build(s_plain, "/models/k", 30000, "::", 4)).ShouldBe("--model-path /models/k --port 30000 --enable-metrics --host :: --served-model-name m --tp 4");
        var service = s_plain with
        {
            Mode = ServingModes.Embedding,
            SglangConfig = new SglangSpec
            {
                TensorParallelSize = 2, ExpertParallelSize = 2, ContextLength = 4096, MemFractionStatic = 0.8, ToolCallParser = "qwen3", TrustRemoteCode = true,
                LoraAdapters = [new SglangLoraAdapter { Name = "a", Path = "/a" }], LoraModules = ["b=/b"], LoraTargetModules = ["q", "v"],
                Speculative = new SglangSpeculativeSpec { Enabled = true, Algorithm = "EAGLE" },
            },
        };
        Line(SglangArguments.Build(service, "/models/k", 30000, "::", 2)).ShouldBe(
            "--model-path /models/k --port 30000 --enable-metrics --host :: --served-model-name m --tp 2 --ep 2 --context-length 4096 --mem-fraction-static 0.8 --tool-call-parser qwen3 "
            + "--speculative-algorithm EAGLE --speculative-num-draft-tokens 4 --lora-paths a=/a b=/b --lora-target-modules q v --trust-remote-code --is-embedding");
    }

    [Fact]
    public void Tgi() => Line(TgiArguments.Build(s_plain with { TgiConfig = new TgiSpec { Quantize = "awq", MaxInputLength = 100, MaxTotalTokens = 200, Dtype = "float16" } }, "org/m", 80, "::", 2))
        .ShouldBe("--model-id org/m --port 80 --hostname :: --quantize awq --max-input-length 100 --max-total-tokens 200 --dtype float16 --num-shard 2");

    [Fact]
    public void Llama_router() => Line(LlamaCppArguments.BuildRouter(s_plain with { ExtraArgs = ["--models-max", "2"] }, 8080, "::")).ShouldBe("--models-dir /models --port 8080 --host :: --metrics --models-max 2");

    private static string Line(IReadOnlyList<string> arguments) => string.Join(' ', arguments);
}
