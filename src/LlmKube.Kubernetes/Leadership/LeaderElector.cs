using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Telemetry;
using Microsoft.Extensions.Logging;

namespace LlmKube.Kubernetes.Leadership;

/// <summary>
/// Lets one process of several act. Time is measured here only, from the moment a change of the lease was seen: clocks of
/// different machines are never compared.
/// </summary>
public sealed partial class LeaderElector
{
    private readonly ResourceClient<DynamicObject> _leases;
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Random _jitter;
    private readonly RuntimeMetrics? _metrics;
    private readonly ObjectKey _key;
    private readonly KeyValuePair<string, object?> _tag;
    private LeaseRecord? _observed;
    private long _observedAt;
    private volatile bool _leading;

    public LeaderElector(KubernetesClient client, LeaderElectionOptions options, TimeProvider time, ILogger logger, Random? jitter = null)
        : this(client, options, time, logger, jitter, metrics: null)
    {
    }

    internal LeaderElector(KubernetesClient client, LeaderElectionOptions options, TimeProvider time, ILogger logger, Random? jitter, RuntimeMetrics? metrics)
    {
        if (options.Identity.Length == 0 || options.LeaseDuration <= options.RenewDeadline || options.RenewDeadline <= options.RetryPeriod)
        {
            throw new ArgumentException("An election needs an identity, and a lease duration over the renew deadline over the retry period.", nameof(options));
        }

        _leases = client.Of(LeaseRecord.Definition);
        _options = options;
        _time = time;
        _logger = logger;
        _jitter = jitter ?? Random.Shared;
        _metrics = metrics;
        _key = new ObjectKey(options.Namespace, options.LeaseName);
        _tag = new KeyValuePair<string, object?>("name", options.LeaseName);
        _metrics?.LeaderStatus.Add(0, _tag);
    }

    public bool IsLeading => _leading;

    /// <summary>
    /// Waits for the lease, then leads until cancelled, and gives the lease back when <paramref name="lead"/> has ended.
    /// When the lease could not be renewed in time, cancels the work, waits for its end and throws <see cref="LeadershipLostException"/>.
    /// </summary>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        var renewedAt = await AcquireAsync(cancellationToken);
        SetLeading(true);
        using var stopWork = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var stopRenewing = new CancellationTokenSource();
        var work = lead(stopWork.Token);
        var renewing = RenewUntilLostAsync(renewedAt, stopRenewing.Token);

        // The lease is renewed until the work has ended, also while it ends because of a stop.
        await Task.WhenAny(work, renewing);
        await stopWork.CancelAsync();
        await Task.WhenAny(work);
        await stopRenewing.CancelAsync();
        var silence = await renewing;
        SetLeading(false);
        if (silence is null)
        {
            await ReleaseAsync();
        }
        else if (!cancellationToken.IsCancellationRequested)
        {
            throw new LeadershipLostException(_key.ToString(), silence.Value);
        }

        await work;
    }

    /// <summary>Tries until the lease is ours; returns when the winning try began.</summary>
    private async Task<long> AcquireAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var began = _time.GetTimestamp();
            if (await TryAsync(_options.RenewDeadline, cancellationToken))
            {
                return began;
            }

            await Task.Delay(Jittered(_options.RetryPeriod), _time, cancellationToken);
        }
    }

    /// <summary>Returns how long there was no renewal, once that is too long; null when cancelled before.</summary>
    private async Task<TimeSpan?> RenewUntilLostAsync(long renewedAt, CancellationToken cancellationToken)
    {
        try
        {
            while (TimeLeft(renewedAt) is { } left)
            {
                await Task.Delay(left < _options.RetryPeriod ? left : _options.RetryPeriod, _time, cancellationToken);
                var began = _time.GetTimestamp();
                if (TimeLeft(renewedAt) is { } limit && await TryAsync(limit, cancellationToken))
                {
                    renewedAt = began;
                }
                else if (_observed?.Holder != _options.Identity)
                {
                    break;
                }
            }

            return _time.GetElapsedTime(renewedAt);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The time until the deadline of the next renewal; null when that is less than a timer can wait.</summary>
    private TimeSpan? TimeLeft(long renewedAt) =>
        _options.RenewDeadline - _time.GetElapsedTime(renewedAt) is var left && left >= TimeSpan.FromMilliseconds(1) ? left : null;

    /// <summary>One try to get or keep the lease, bounded in time.</summary>
    private async Task<bool> TryAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var overdue = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(overdue.Token, cancellationToken);
        try
        {
            return await TryOnceAsync(either.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (ApiException e) when (e.IsConflict || e.IsAlreadyExists || e.IsNotFound)
        {
            // Somebody else was faster: the next try sees what they wrote. Until then nothing is known of the lease's version.
            _observed = _observed is null ? null : _observed with { ResourceVersion = "" };
            return false;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            LogTrouble(_key, e.Message);
            return false;
        }
    }

    private async Task<bool> TryOnceAsync(CancellationToken cancellationToken)
    {
        // The leader renews on the version it wrote last; everyone else looks first.
        if (_observed is not { ResourceVersion.Length: > 0 } || _observed.Holder != _options.Identity)
        {
            if (await _leases.FindAsync(_key, cancellationToken) is not { } lease)
            {
                return await CreateAsync(cancellationToken);
            }

            Observe(lease);
        }

        var observed = _observed!;
        var mine = observed.Holder == _options.Identity;
        if (!mine && observed.Holder.Length > 0 && _time.GetElapsedTime(_observedAt) < (observed.Duration ?? _options.LeaseDuration))
        {
            return false;
        }

        var now = _time.GetUtcNow();
        var spec = LeaseRecord.SpecOf(
            _options.Identity,
            _options.LeaseDuration,
            mine && observed.AcquireTime is not null ? observed.AcquireTime : LeaseRecord.MicroTime(now),
            now,
            mine ? observed.Transitions : observed.Transitions + 1);
        Observe(await PatchAsync(observed.ResourceVersion, spec, cancellationToken));
        return true;
    }

    private async Task<bool> CreateAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        Observe(await _leases.CreateAsync(
            new DynamicObject(new JsonObject
            {
                ["apiVersion"] = LeaseRecord.Definition.ApiVersion,
                ["kind"] = LeaseRecord.Definition.Kind,
                ["metadata"] = new JsonObject { ["namespace"] = _key.Namespace, ["name"] = _key.Name },
                ["spec"] = LeaseRecord.SpecOf(_options.Identity, _options.LeaseDuration, LeaseRecord.MicroTime(now), now, transitions: 0),
            }),
            cancellationToken));
        return true;
    }

    private async Task ReleaseAsync()
    {
        if (_observed is not { ResourceVersion.Length: > 0 } observed || observed.Holder != _options.Identity)
        {
            return;
        }

        // Without the caller's token, which is cancelled by now; bounded, because it is only a courtesy to the next leader.
        using var limit = new CancellationTokenSource(_options.RetryPeriod, _time);
        try
        {
            var now = _time.GetUtcNow();
            var spec = LeaseRecord.SpecOf("", TimeSpan.FromSeconds(1), observed.AcquireTime ?? LeaseRecord.MicroTime(now), now, observed.Transitions);
            Observe(await PatchAsync(observed.ResourceVersion, spec, limit.Token));
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            LogTrouble(_key, e.Message);
        }
    }

    private Task<DynamicObject> PatchAsync(string version, JsonObject spec, CancellationToken cancellationToken) =>
        _leases.PatchAsync(
            _key,
            Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = version }, ["spec"] = spec }),
            new PatchOptions(),
            cancellationToken);

    private void Observe(DynamicObject lease)
    {
        var record = LeaseRecord.Read(lease);
        if (record.Text != _observed?.Text)
        {
            _observedAt = _time.GetTimestamp();
        }

        if (record.Holder != _observed?.Holder)
        {
            LogHolder(_key, record.Holder);
        }

        _observed = record;
    }

    private void SetLeading(bool leading)
    {
        _leading = leading;
        _metrics?.LeaderStatus.Add(leading ? 1 : -1, _tag);
    }

    [SuppressMessage("Security", "CA5394", Justification = "Jitter keeps nothing secret.")]
    private TimeSpan Jittered(TimeSpan period) => period * (1 + (0.2 * _jitter.NextDouble()));

    [LoggerMessage(Level = LogLevel.Information, EventName = "LeaseHolder", Message = "The lease {Lease} is held by '{Holder}'")]
    private partial void LogHolder(ObjectKey lease, string holder);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "LeaseTrouble", Message = "The lease {Lease} could not be read or written: {Trouble}")]
    private partial void LogTrouble(ObjectKey lease, string trouble);
}
