namespace LlmKube.Agent.Engines;

/// <summary>Chooses among the CPU builds of ggml by what the processor can do.</summary>
internal static class CpuBackends
{
    /// <summary>From the most demanding to the least, with the flags of /proc/cpuinfo that each needs.</summary>
    private static readonly (string Name, string[] Flags)[] s_builds =
    [
        ("sapphirerapids", ["avx512f", "avx512bw", "avx512_vnni", "avx512_vbmi", "avx512_bf16", "amx_int8", "amx_tile"]),
        ("zen4", ["avx512f", "avx512bw", "avx512_vnni", "avx512_vbmi", "avx512_bf16"]),
        ("cooperlake", ["avx512f", "avx512bw", "avx512_vnni", "avx512_bf16"]),
        ("icelake", ["avx512f", "avx512bw", "avx512_vnni", "avx512_vbmi"]),
        ("cascadelake", ["avx512f", "avx512bw", "avx512_vnni"]),
        ("skylakex", ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]),
        ("alderlake", ["avx2", "fma", "f16c", "bmi2", "avx_vnni"]),
        ("haswell", ["avx2", "fma", "f16c", "bmi2"]),
        ("ivybridge", ["avx", "f16c"]),
        ("sandybridge", ["avx"]),
        ("sse42", ["sse4_2"]),
        ("x64", []),
    ];

    /// <summary>The best of <paramref name="files"/> for a processor with <paramref name="flags"/>; null when there is none.</summary>
    public static string? Choose(IReadOnlyList<string> files, IReadOnlySet<string> flags)
    {
        foreach (var (name, needed) in s_builds)
        {
            if (needed.All(flags.Contains) && files.FirstOrDefault(file => Path.GetFileName(file) == $"libggml-cpu-{name}.so") is { } found)
            {
                return found;
            }
        }

        // Processors of other kinds have other names; the plainest sorts first (armv8.0 before armv8.2).
        return files.Where(file => !s_builds.Any(build => file.EndsWith($"-{build.Name}.so", StringComparison.Ordinal))).Order(StringComparer.Ordinal).FirstOrDefault();
    }

    public static IReadOnlySet<string> ReadFlags()
    {
        var line = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(text => text.StartsWith("flags", StringComparison.Ordinal) || text.StartsWith("Features", StringComparison.Ordinal))
            : null;
        return (line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
    }
}
