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

    /// <summary>A bookmark comes this long before the end, so that the client resumes from as late as possible.</summary>
    private static readonly TimeSpan s_bookmarkBeforeEnd = TimeSpan.FromSeconds(2);

    public async Task HandleAsync(ResourceRequest request)
    {
        var form = Negotiation.Choose(request.Http.Request);
        var filter = ObjectFilter.Read(request);
        var start = Begin(request, filter);
        var timeout = request.Query.Timeout ?? s_defaultTimeout;
        var end = server.Time.GetUtcNow() + timeout;
        using var limit = new CancellationTokenSource(timeout, server.Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, server.Stopping, limit.Token);
        using var open = server.Faults.AddWatch(request.Http.Abort);
        var writer = new WatchWriter(request, form);
        try
        {
            await writer.BeginAsync(ending.Token);
            if (start.Changes is not { } changes)
            {
                await writer.WriteErrorAsync(Failures.ExpiredStatus(start.Revision, server.Store.PublishedRevision), ending.Token);
                return;
            }

            foreach (var item in start.Initial)
            {
                await writer.WriteAsync("ADDED", item, ending.Token);
            }

            if (start.MarkInitialEnd)
            {
                await writer.WriteBookmarkAsync(start.Revision, initialEventsEnd: true, ending.Token);
            }

            await writer.FlushAsync(ending.Token);
            await FollowAsync(request.Query.AllowWatchBookmarks ? end : null, filter, changes, writer, ending.Token);
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

        return new Start(revision, [], false, log.Read(revision));
    }

    /// <summary>Sends what is committed until the watch ends; <paramref name="end"/> is when that will be, null where no bookmarks are wanted.</summary>
    private async Task FollowAsync(DateTimeOffset? end, ObjectFilter filter, EventLog.Cursor changes, WatchWriter writer, CancellationToken cancellationToken)
    {
        var nextBookmark = NextBookmark(end);
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

            if (end is not null && server.Time.GetUtcNow() >= nextBookmark)
            {
                await writer.WriteBookmarkAsync(published, initialEventsEnd: false, cancellationToken);
                nextBookmark = NextBookmark(end);
            }

            await writer.FlushAsync(cancellationToken);
            await WaitAsync(changes, nextBookmark, cancellationToken);
        }
    }

    private DateTimeOffset NextBookmark(DateTimeOffset? end)
    {
        var now = server.Time.GetUtcNow();
        var regular = now + s_bookmarkEvery;
        return end - s_bookmarkBeforeEnd is { } last && last > now && last < regular ? last : regular;
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

    /// <summary>What a watch begins with; without <see cref="Changes"/> the history does not reach back that far.</summary>
    private sealed record Start(long Revision, IReadOnlyList<StoredObject> Initial, bool MarkInitialEnd, EventLog.Cursor? Changes);
}
