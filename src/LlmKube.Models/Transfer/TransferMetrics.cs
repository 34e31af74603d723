using System.Diagnostics.Metrics;

namespace LlmKube.Models.Transfer;

/// <summary>Counts what transfers do, for whoever listens to the meter <c>LlmKube.Models</c>.</summary>
internal static class TransferMetrics
{
    private static readonly Meter s_meter = new("LlmKube.Models");

    /// <summary>Bytes that came from sources.</summary>
    public static Counter<long> Bytes { get; } = s_meter.CreateCounter<long>("llmkube.fetch.bytes", "By", "Bytes that came from sources");

    /// <summary>Files that arrived whole and were verified.</summary>
    public static Counter<long> Files { get; } = s_meter.CreateCounter<long>("llmkube.fetch.files", "{file}", "Files that arrived whole and were verified");

    /// <summary>Readings that broke and were begun again, by the kind of failure.</summary>
    public static Counter<long> Retries { get; } = s_meter.CreateCounter<long>("llmkube.fetch.retries", "{retry}", "Readings that broke and were begun again");
}
