using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace LlmKube.Kubernetes.Telemetry;

/// <summary>
/// Collects the metrics of chosen meters and writes them as Prometheus text, for a <c>/metrics</c> page.
/// Make it before the parts that count, so that it sees their counters at zero.
/// </summary>
public sealed class PrometheusText : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MeterListener _listener = new();
    private readonly Lock _writing = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    /// <summary>Reads every meter of this product: those whose name starts with <c>LlmKube</c>.</summary>
    public PrometheusText()
        : this(meter => meter.Name.StartsWith("LlmKube", StringComparison.Ordinal))
    {
    }

    public PrometheusText(Func<Meter, bool> includes)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (includes(instrument.Meter))
            {
                listener.EnableMeasurementEvents(instrument, FamilyOf(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, state) => Record((double)value, tags, state));
        _listener.Start();
    }

    /// <summary>All metrics as they are now.</summary>
    public string Write()
    {
        lock (_writing)
        {
            lock (_gate)
            {
                foreach (var family in _families.Values)
                {
                    family.ForgetObserved();
                }
            }

            // Not under _gate: gauges ask their owners, who may hold a lock of their own while they count.
            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            lock (_gate)
            {
                foreach (var family in _families.Values)
                {
                    family.WriteTo(text);
                }
            }

            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private MetricFamily FamilyOf(Instrument instrument)
    {
        lock (_gate)
        {
            var family = MetricFamily.For(instrument);
            if (!_families.TryGetValue(family.Name, out var known))
            {
                _families.Add(family.Name, known = family);
            }

            return known;
        }
    }

    private void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        if (state is not MetricFamily family)
        {
            return;
        }

        var labels = Labels(tags);
        lock (_gate)
        {
            family.Record(labels, value);
        }
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var sorted = tags.ToArray();
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Key, b.Key));
        var text = new StringBuilder();
        foreach (var (name, value) in sorted)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(MetricFamily.CleanName(name)).Append("=\"");
            foreach (var character in Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
            {
                _ = character switch
                {
                    '\\' => text.Append(@"\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append(@"\n"),
                    _ => text.Append(character),
                };
            }

            text.Append('"');
        }

        return text.ToString();
    }
}
