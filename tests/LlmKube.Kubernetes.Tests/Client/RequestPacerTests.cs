using LlmKube.Kubernetes.Client.Requests;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Client;

/// <summary>A burst goes at once; then turns come at an even pace.</summary>
public sealed class RequestPacerTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void After_the_burst_each_waits_one_turn_longer()
    {
        var pacer = new RequestPacer(10, 3, _time);
        Take(pacer, 6).ShouldBe([0, 0, 0, 100, 200, 300]);
    }

    [Fact]
    public void Time_that_passes_pays_the_debt_and_fills_no_more_than_the_burst()
    {
        var pacer = new RequestPacer(10, 3, _time);
        Take(pacer, 5);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Take(pacer, 1).ShouldBe([200]);
        _time.Advance(TimeSpan.FromHours(1));
        Take(pacer, 5).ShouldBe([0, 0, 0, 100, 200]);
    }

    private static int[] Take(RequestPacer pacer, int count) => [.. Enumerable.Range(0, count).Select(_ => (int)Math.Round(pacer.Take().TotalMilliseconds))];
}
