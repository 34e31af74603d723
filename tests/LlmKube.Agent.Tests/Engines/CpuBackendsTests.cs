using LlmKube.Agent.Engines;
using Shouldly;
using Xunit;

namespace LlmKube.Agent.Tests.Engines;

public sealed class CpuBackendsTests
{
    private static readonly string[] s_files = [.. new[] { "x64", "sse42", "sandybridge", "ivybridge", "haswell", "alderlake", "skylakex", "icelake", "zen4", "sapphirerapids" }.Select(name => $"/b/libggml-cpu-{name}.so")];

    [Theory]
    [InlineData("", "x64")]
    [InlineData("sse4_2", "sse42")]
    [InlineData("sse4_2 avx", "sandybridge")]
    [InlineData("sse4_2 avx f16c avx2 fma bmi2", "haswell")]
    [InlineData("avx f16c avx2 fma bmi2 avx_vnni", "alderlake")]
    [InlineData("avx2 fma f16c bmi2 avx512f avx512bw avx512cd avx512dq avx512vl", "skylakex")]
    [InlineData("avx2 fma f16c bmi2 avx512f avx512bw avx512cd avx512dq avx512vl avx512_vnni avx512_vbmi", "icelake")]
    public void The_most_demanding_build_that_the_processor_can_run_is_chosen(string flags, string name) =>
        CpuBackends.Choose(s_files, flags.Split(' ').ToHashSet(StringComparer.Ordinal)).ShouldBe($"/b/libggml-cpu-{name}.so");

    [Fact]
    public void On_other_processors_the_plainest_build_is_chosen() =>
        CpuBackends.Choose(["/b/libggml-cpu-armv8.2_1.so", "/b/libggml-cpu-armv8.0_1.so"], new HashSet<string>(StringComparer.Ordinal)).ShouldBe("/b/libggml-cpu-armv8.0_1.so");

    [Fact]
    public void Without_builds_there_is_none() => CpuBackends.Choose([], new HashSet<string>(StringComparer.Ordinal)).ShouldBeNull();
}
