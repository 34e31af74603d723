namespace LlmKube.Resources.Runtimes;

/// <summary>The type of a KV cache that a runtime is told.</summary>
internal static class CacheTypes
{
    private const string ChosenByTheRuntime = "auto";

    /// <summary>The custom one when there is one; null where the runtime chooses.</summary>
    public static string? Of(string? custom, string? declared) =>
        !string.IsNullOrEmpty(custom) ? custom : declared is null or "" or ChosenByTheRuntime ? null : declared;
}
