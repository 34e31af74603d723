using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace LlmKube.Kubernetes.Telemetry;

/// <summary>All series of one metric. The owner holds a lock around every call.</summary>
internal sealed class MetricFamily
{
    private static readonly double[] s_defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);
    private readonly string? _help;
    private readonly string _type;
    private readonly bool _adds;
    private readonly bool _observed;
    private readonly double[]? _buckets;

    private MetricFamily(string name, string? help, string type, bool adds, bool observed, double[]? buckets)
    {
        Name = name;
        _help = help;
        _type = type;
        _adds = adds;
        _observed = observed;
        _buckets = buckets;
    }

    internal string Name { get; }

    internal static MetricFamily For(Instrument instrument)
    {
        var kind = instrument.GetType().GetGenericTypeDefinition();
        var counts = kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>);
        var isHistogram = kind == typeof(Histogram<>);
        var sets = kind == typeof(Gauge<>) || kind == typeof(ObservableGauge<>);
        var name = WithSuffix(WithSuffix(CleanName(instrument.Name), UnitSuffix(instrument.Unit), counts), counts ? "_total" : null, counts: false);
        return new MetricFamily(
            name,
            instrument.Description,
            type: isHistogram ? "histogram" : counts ? "counter" : "gauge",
            adds: !sets,
            observed: instrument.IsObservable,
            isHistogram ? Boundaries(instrument) : null);
    }

    /// <summary>OpenTelemetry's dots, dashes and the like become underscores.</summary>
    internal static string CleanName(string name) =>
        string.Create(name.Length, name, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsAsciiLetterOrDigit(source[i]) || source[i] is '_' or ':' ? source[i] : '_';
            }
        });

    internal void ForgetObserved()
    {
        if (_observed)
        {
            _series.Clear();
        }
    }

    internal void Record(string labels, double value)
    {
        if (!_series.TryGetValue(labels, out var series))
        {
            _series.Add(labels, series = new Series { Counts = _buckets is null ? null : new long[_buckets.Length + 1] });
        }

        series.Value = _adds ? series.Value + value : value;
        if (_buckets is not null && series.Counts is not null)
        {
            var bucket = Array.FindIndex(_buckets, bound => value <= bound);
            series.Counts[bucket < 0 ? _buckets.Length : bucket]++;
        }
    }

    internal void WriteTo(StringBuilder text)
    {
        if (_series.Count == 0)
        {
            return;
        }

        if (!string.IsNullOrEmpty(_help))
        {
            text.Append("# HELP ").Append(Name).Append(' ')
                .Append(_help.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal)).Append('\n');
        }

        text.Append("# TYPE ").Append(Name).Append(' ').Append(_type).Append('\n');
        foreach (var (labels, series) in _series)
        {
            if (_buckets is not null && series.Counts is not null)
            {
                WriteHistogram(text, labels, series, _buckets, series.Counts);
            }
            else
            {
                WriteLine(text, "", labels, series.Value);
            }
        }
    }

    private void WriteHistogram(StringBuilder text, string labels, Series series, double[] bounds, long[] counts)
    {
        var comma = labels.Length == 0 ? "" : ",";
        var sum = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            sum += counts[i];
            var bound = i == bounds.Length ? "+Inf" : Format(bounds[i]);
            WriteLine(text, "_bucket", $"{labels}{comma}le=\"{bound}\"", sum);
        }

        WriteLine(text, "_sum", labels, series.Value);
        WriteLine(text, "_count", labels, sum);
    }

    private void WriteLine(StringBuilder text, string suffix, string labels, double value)
    {
        text.Append(Name).Append(suffix);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Format(value)).Append('\n');
    }

    private static string Format(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string? UnitSuffix(string? unit) => unit switch
    {
        "s" => "_seconds",
        "ms" => "_milliseconds",
        "By" => "_bytes",
        _ => null,
    };

    /// <summary>The unit goes before a counter's <c>_total</c>, which some names carry already.</summary>
    private static string WithSuffix(string name, string? suffix, bool counts)
    {
        if (suffix is null || name.EndsWith(suffix, StringComparison.Ordinal))
        {
            return name;
        }

        return counts && name.EndsWith("_total", StringComparison.Ordinal)
            ? name.EndsWith(suffix + "_total", StringComparison.Ordinal) ? name : name[..^"_total".Length] + suffix + "_total"
            : name + suffix;
    }

    private static double[] Boundaries(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        _ => s_defaultBuckets,
    };

    /// <summary>One set of labels: its value, or its sum and how many fell into each bucket.</summary>
    private sealed class Series
    {
        internal double Value { get; set; }

        internal long[]? Counts { get; init; }
    }
}
