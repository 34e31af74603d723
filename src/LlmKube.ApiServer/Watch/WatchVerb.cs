using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Selectors;
using LlmKube.ApiServer.Storage;
using LlmKube.ApiServer.Verbs;

namespace LlmKube.ApiServer.Watch;

/// <summary>GET with <c>watch</c>: the state there is, if asked for, and then every change as it is committed.</summary>
internal sealed class WatchVerb(ServerContext server)
{
    /// <summary>kube-apiserver ends watches after a random time of this order, so that load spreads over servers.</summary>
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan s_bookmarkEvery = TimeSpan.FromMinutes(1);

    public async Task HandleAsync(ResourceRequest request)
    {
        var form = Negotiation.Choose(request.Http.Request);
        var filter = ObjectFilter.Read(request);
        var start = Begin(request, filter);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, server.Stopping);
        using var timer = server.Time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), ending, request.Query.Timeout ?? s_defaultTimeout, Timeout.InfiniteTimeSpan);
        using var open = server.Faults.AddWatch(request.Http.Abort);
        var writer = new WatchWriter(request, form);
        try
        {
            await writer.BeginAsync(ending.Token);
            foreach (var item in start.Initial)
            {
                await writer.WriteAsync("ADDED", item, ending.Token);
            }

            if (start.MarkInitialEnd)
            {
                await writer.WriteBookmarkAsync(start.Revision, initialEventsEnd: true, ending.Token);
            }

            await writer.FlushAsync(ending.Token);
            await FollowAsync(request, filter, start.Changes, writer, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The time is over, the client left, or the server stops: each is how a watch ends.
        }
    }

    private Start Begin(ResourceRequest request, ObjectFilter filter)
    {
        var query = request.Query;
        var revision = ListVerb.ReadRevision(query.ResourceVersion);
        var state = server.Store.State;
        if (revision > state.Revision)
        {
            throw Failures.TooLargeResourceVersion(revision, state.Revision);
        }

        if (query.SendInitialEvents is not null && query.ResourceVersionMatch != "NotOlderThan")
        {
            throw Failures.BadRequest("resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        }

        var log = server.Store.LogOf(request.Collection);
        var initial = query.SendInitialEvents ?? revision == 0;
        if (initial || revision == 0)
        {
            EventLog.Cursor? changes;
            while ((changes = log.Read(state.Revision)) is null)
            {
                // The history moved past the state between the two reads: take a newer one.
                state = server.Store.State;
            }

            return new Start(state.Revision, initial ? [.. filter.Select(state, null)] : [], query.SendInitialEvents == true && query.AllowWatchBookmarks, changes);
        }

        return log.Read(revision) is { } resumed
            ? new Start(revision, [], false, resumed)
            : throw new RequestFailure(Failures.ExpiredStatus(revision, state.Revision));
    }

    private async Task FollowAsync(ResourceRequest request, ObjectFilter filter, EventLog.Cursor changes, WatchWriter writer, CancellationToken cancellationToken)
    {
        var nextBookmark = server.Time.GetUtcNow() + s_bookmarkEvery;
        while (true)
        {
            // Read before the log is drained: everything up to here is then known to have been sent.
            var published = server.Store.PublishedRevision;
            while (!changes.Expired && changes.TryRead() is { } change)
            {
                await WriteAsync(change, filter, writer, cancellationToken);
            }

            if (changes.Expired)
            {
                await writer.WriteErrorAsync(Failures.ExpiredStatus(published, published), cancellationToken);
                return;
            }

            if (request.Query.AllowWatchBookmarks && server.Time.GetUtcNow() >= nextBookmark)
            {
                await writer.WriteBookmarkAsync(published, initialEventsEnd: false, cancellationToken);
                nextBookmark = server.Time.GetUtcNow() + s_bookmarkEvery;
            }

            await writer.FlushAsync(cancellationToken);
            await WaitAsync(changes, nextBookmark, cancellationToken);
        }
    }

    private async Task WaitAsync(EventLog.Cursor changes, DateTimeOffset nextBookmark, CancellationToken cancellationToken)
    {
        var untilBookmark = nextBookmark - server.Time.GetUtcNow();
        try
        {
            await changes.WaitAsync(untilBookmark > TimeSpan.Zero ? untilBookmark : TimeSpan.FromMilliseconds(1), server.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Nothing happened: time for a bookmark.
        }
    }

    /// <summary>An object that a change moves into or out of the selection appears and disappears for this watch.</summary>
    private static Task WriteAsync(StoreEvent change, ObjectFilter filter, WatchWriter writer, CancellationToken cancellationToken)
    {
        var before = change.Previous is { } previous && filter.Matches(previous);
        var after = change.Kind != StoreEventKind.Deleted && filter.Matches(change.Object);
        return (before, after) switch
        {
            (false, true) => writer.WriteAsync("ADDED", change.Object, cancellationToken),
            (true, true) => writer.WriteAsync("MODIFIED", change.Object, cancellationToken),
            (true, false) when change.Kind == StoreEventKind.Deleted => writer.WriteAsync("DELETED", change.Object, cancellationToken),
            (true, false) => writer.WriteAsync("DELETED", StoredObject.Freeze(change.Object.Key, change.Revision, change.Previous!.Parse()), cancellationToken),
            _ => Task.CompletedTask,
        };
    }

    private sealed record Start(long Revision, IReadOnlyList<StoredObject> Initial, bool MarkInitialEnd, EventLog.Cursor Changes);
}
