using System.Diagnostics.Metrics;
using LlmKube.Kubernetes.Telemetry;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Telemetry;

public sealed class PrometheusTextTests : IDisposable
{
    private readonly Meter _meter = new("LlmKube.PrometheusTextTests");
    private readonly PrometheusText _page;

    public PrometheusTextTests() => _page = new PrometheusText(meter => ReferenceEquals(meter, _meter));

    public void Dispose()
    {
        _page.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Counters_have_a_type_a_help_text_and_their_suffix()
    {
        var counter = _meter.CreateCounter<long>("router.requests", description: "Requests\nby \\ route.");
        counter.Add(2, new KeyValuePair<string, object?>("route", "a"));
        counter.Add(3, new KeyValuePair<string, object?>("route", "a"));
        counter.Add(0, new KeyValuePair<string, object?>("route", "b"));

        _page.Write().ShouldBe("""
            # HELP router_requests_total Requests\nby \\ route.
            # TYPE router_requests_total counter
            router_requests_total{route="a"} 5
            router_requests_total{route="b"} 0

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Labels_are_sorted_and_escaped()
    {
        _meter.CreateUpDownCounter<int>("active").Add(1, new("z.z", "q\"\\\n"), new("a", null));

        _page.Write().ShouldEndWith("active{a=\"\",z_z=\"q\\\"\\\\\\n\"} 1\n");
    }

    [Theory]
    [InlineData("request.duration", "s", "request_duration_seconds_total")]
    [InlineData("request_duration_seconds_total", "s", "request_duration_seconds_total")]
    [InlineData("bytes.sent", "By", "bytes_sent_bytes_total")]
    [InlineData("sent_total", "By", "sent_bytes_total")]
    [InlineData("requests", "{request}", "requests_total")]
    public void Units_are_part_of_the_name_once(string name, string unit, string expected)
    {
        _meter.CreateCounter<double>(name, unit).Add(1);

        _page.Write().ShouldContain($"\n{expected} 1\n");
    }

    [Fact]
    public void Histograms_count_cumulatively_into_the_advised_buckets()
    {
        var histogram = _meter.CreateHistogram("wait", "s", "Waits.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 2] });
        foreach (var value in (double[])[0.5, 1, 2.5, 0.25])
        {
            histogram.Record(value, new KeyValuePair<string, object?>("queue", "q"));
        }

        _page.Write().ShouldBe("""
            # HELP wait_seconds Waits.
            # TYPE wait_seconds histogram
            wait_seconds_bucket{queue="q",le="0.5"} 2
            wait_seconds_bucket{queue="q",le="2"} 3
            wait_seconds_bucket{queue="q",le="+Inf"} 4
            wait_seconds_sum{queue="q"} 4.25
            wait_seconds_count{queue="q"} 4

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Observed_values_are_those_of_now()
    {
        var measurements = new List<Measurement<int>> { new(3, new KeyValuePair<string, object?>("model", "gone")), new(4, new KeyValuePair<string, object?>("model", "kept")) };
        _meter.CreateObservableGauge("loaded", () => measurements);
        _page.Write().ShouldContain("loaded{model=\"gone\"} 3\n");

        measurements.RemoveAt(0);
        _page.Write().ShouldEndWith("# TYPE loaded gauge\nloaded{model=\"kept\"} 4\n");
    }

    [Fact]
    public void Two_instruments_of_one_name_are_one_metric()
    {
        _meter.CreateCounter<long>("same", "", "", tags: [new("side", "left")]).Add(1);
        _meter.CreateCounter<long>("same", "", "", tags: [new("side", "right")]).Add(2);

        _page.Write().ShouldBe("# TYPE same_total counter\nsame_total 3\n");
    }

    [Fact]
    public void Meters_of_others_are_left_out()
    {
        using var other = new Meter("Somebody.Else");
        other.CreateCounter<long>("theirs").Add(1);

        _page.Write().ShouldBe("");
    }
}
