using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Telemetry;
using Microsoft.Extensions.Logging;

namespace LlmKube.Kubernetes.Caching;

/// <summary>
/// Keeps a cache in step with the server: one list, then watches that resume from the last version seen.
/// Only an expired version costs a new list; every other trouble waits and resumes.
/// </summary>
internal sealed partial class Reflector<T>(
    ResourceClient<T> client,
    InformerOptions options,
    IReflected<T> target,
    TimeProvider time,
    ILogger logger,
    Random jitter,
    RuntimeMetrics? metrics)
    where T : class, IResource
{
    private static readonly TimeSpan s_firstBackoff = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan s_maxBackoff = TimeSpan.FromSeconds(30);

    // A watch that ends sooner than this without an event is a server in trouble, not the end of its time.
    private static readonly TimeSpan s_shortWatch = TimeSpan.FromSeconds(1);

    // How much longer than asked a watch may last before it counts as dead.
    private static readonly TimeSpan s_watchGrace = TimeSpan.FromSeconds(30);

    private readonly string _name = client.Definition.QualifiedPlural;
    private readonly KeyValuePair<string, object?> _tag = new("resource", client.Definition.QualifiedPlural);
    private string? _version;
    private int _failures;

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        metrics?.Relists.Add(0, _tag);
        metrics?.WatchFailures.Add(0, _tag);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (_version is null)
                {
                    await ListAsync(cancellationToken);
                }

                await WatchAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException e) when (e.IsExpired)
            {
                LogExpired(_name, _version);
                _version = null;
                await BackOffUnlessFirstAsync(e, cancellationToken);
            }
            catch (Exception e) when (IsTrouble(e))
            {
                await BackOffAsync(e, cancellationToken);
            }
        }
    }

    /// <summary>What a server, a network or a proxy in between can cause. Anything else is a fault of ours and ends the process.</summary>
    private static bool IsTrouble(Exception e) =>
        e is ApiException or HttpRequestException or IOException or JsonException or OperationCanceledException or TimeoutException;

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        metrics?.Relists.Add(1, _tag);
        var listing = await client.ListAsync(
            new ListOptions { Namespace = options.Namespace, LabelSelector = options.LabelSelector, FieldSelector = options.FieldSelector },
            cancellationToken);
        target.Replace(listing.Items);
        _version = listing.ResourceVersion;
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var timeout = RandomBetween(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));
        using var dead = new CancellationTokenSource(timeout + s_watchGrace, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(dead.Token, cancellationToken);
        var watch = new WatchOptions
        {
            Namespace = options.Namespace,
            LabelSelector = options.LabelSelector,
            FieldSelector = options.FieldSelector,
            ResourceVersion = _version,
            Timeout = timeout,
        };
        var began = time.GetTimestamp();
        var events = 0;
        await foreach (var happened in client.WatchAsync(watch, either.Token))
        {
            if (happened.Kind != WatchEventKind.Bookmark)
            {
                target.Apply(happened);
            }

            _version = happened.Object.Metadata.ResourceVersion ?? _version;
            _failures = 0;
            events++;
        }

        if (events == 0 && time.GetElapsedTime(began) < s_shortWatch)
        {
            await BackOffAsync(new IOException("the watch ended at once and without an event"), cancellationToken);
        }
        else
        {
            _failures = 0;
        }
    }

    /// <summary>The first list after an expiry is due at once; a server that expires every version must not be flooded.</summary>
    private Task BackOffUnlessFirstAsync(Exception e, CancellationToken cancellationToken) =>
        _failures++ == 0 ? Task.CompletedTask : BackOffAsync(e, cancellationToken);

    [SuppressMessage("Security", "CA5394", Justification = "Jitter keeps nothing secret.")]
    private async Task BackOffAsync(Exception e, CancellationToken cancellationToken)
    {
        metrics?.WatchFailures.Add(1, _tag);
        var doubled = s_firstBackoff * Math.Pow(2, Math.Min(_failures, 10));
        var bounded = doubled < s_maxBackoff ? doubled : s_maxBackoff;
        var delay = bounded * (1 - (0.2 * jitter.NextDouble()));
        var asked = (e as ApiException)?.RetryAfter ?? TimeSpan.Zero;
        delay = asked > delay ? asked : delay;
        _failures++;
        LogTrouble(_name, e.Message, delay);
        try
        {
            await Task.Delay(delay, time, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The loop sees it.
        }
    }

    [SuppressMessage("Security", "CA5394", Justification = "Jitter keeps nothing secret.")]
    private TimeSpan RandomBetween(TimeSpan least, TimeSpan most) => least + ((most - least) * jitter.NextDouble());

    [LoggerMessage(Level = LogLevel.Debug, EventName = "WatchExpired", Message = "Version {Version} of {Resource} is too old to watch from: list again")]
    private partial void LogExpired(string resource, string? version);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "WatchTrouble", Message = "Watching {Resource} failed: {Trouble}; trying again in {Delay}")]
    private partial void LogTrouble(string resource, string trouble, TimeSpan delay);
}

/// <summary>Where a <see cref="Reflector{T}"/> puts what it reads.</summary>
internal interface IReflected<T>
    where T : class, IResource
{
    void Replace(IReadOnlyList<T> items);

    void Apply(WatchEvent<T> happened);
}
