using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Lifecycle;
using LlmKube.ApiServer.Storage;
using LlmKube.ApiServer.Verbs;

namespace LlmKube.ApiServer.Collection;

/// <summary>Events are news: an hour after they were last seen they go.</summary>
internal sealed class EventExpiry(ServerContext server) : IAsyncDisposable
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromHours(1);

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = RunAsync(_stopping.Token);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_lookEvery, server.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await ExpireAsync();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task ExpireAsync()
    {
        var before = server.Time.GetUtcNow() - s_lifetime;
        foreach (var stored in server.Store.State.Of(KnownCollections.Events).Values)
        {
            if (LastSeen(stored.Parse()) < before)
            {
                // Overtaken or refused: the next look comes in a minute.
                await server.Store.CommitAsync(new StoreWrite(stored.Key, null, stored.Revision));
            }
        }
    }

    private static DateTimeOffset LastSeen(JsonObject tree)
    {
        var newest = DateTimeOffset.MinValue;
        foreach (var text in (ReadOnlySpan<string?>)
        [
            MetadataFields.Text(tree, "creationTimestamp"),
            tree["lastTimestamp"]?.ToString(),
            tree["eventTime"]?.ToString(),
            (tree["series"] as JsonObject)?["lastObservedTime"]?.ToString(),
        ])
        {
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time > newest)
            {
                newest = time;
            }
        }

        return newest;
    }
}
