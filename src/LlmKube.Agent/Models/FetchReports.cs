using LlmKube.Models.Transfer;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Agent.Models;

/// <summary>Passes a transfer's progress on, seldom enough that an API server need not mind.</summary>
internal sealed class FetchReports(ModelSupply.Fetch fetch, Action changed, TimeProvider time) : IProgress<TransferProgress>
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);

    private DateTimeOffset _last = time.GetUtcNow();

    public void Report(TransferProgress value)
    {
        fetch.Progress = new FetchStatus
        {
            BytesDone = value.BytesDone,
            BytesTotal = value.BytesTotal,
            BytesPerSecond = (long)value.BytesPerSecond,
            SecondsLeft = value.TimeLeft is { } left ? (long)left.TotalSeconds : null,
        };
        var now = time.GetUtcNow();
        if (now - _last >= s_interval)
        {
            _last = now;
            changed();
        }
    }
}
