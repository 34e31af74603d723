using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Objects;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Caching;

public sealed class InformerTests
{
    [Fact]
    public async Task It_lists_and_then_watches_from_the_lists_version()
    {
        await using var rig = await InformerRig.StartAsync();

        var list = await rig.Api.NextAsync();
        (list.Path, list.IsWatch, list.Query("labelSelector"), list.Query("resourceVersion")).ShouldBe(("/apis/test.llmkube.dev/v1/namespaces/ns/things", false, "a=b", ""));
        await list.AnswerListAsync("10", Thing.Json("a", "3"));
        var watch = await rig.Api.NextAsync();
        (watch.IsWatch, watch.Query("labelSelector"), watch.Query("resourceVersion"), watch.Query("allowWatchBookmarks")).ShouldBe((true, "a=b", "10", "true"));
        int.Parse(watch.Query("timeoutSeconds"), System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(300, 600);
    }

    [Fact]
    public async Task It_is_synced_once_the_whole_first_list_was_delivered()
    {
        await using var rig = await InformerRig.StartAsync();

        var first = await rig.Api.NextAsync();
        rig.Informer.IsSynced.ShouldBeFalse();
        await first.AnswerListAsync("10", next: "page 2", [Thing.Json("b", "4")]);
        var second = await rig.Api.NextAsync();
        second.Query("continue").ShouldBe("page 2");
        rig.Informer.List().ShouldBeEmpty();
        await second.AnswerListAsync("10", Thing.Json("a", "3"));
        await rig.Informer.WaitForSyncAsync(CancellationToken.None);

        rig.Informer.List().Select(thing => thing.Metadata.Name).ShouldBe(["a", "b"]);
        rig.Changes.ShouldBe("+b +a");
    }

    [Fact]
    public async Task Watched_changes_reach_the_store_and_the_subscribers_in_order()
    {
        var (rig, watch) = await InformerRig.StartWatchingAsync("10", Thing.Json("a", "3", "red"));
        await using var disposing = rig;

        await watch.SendAsync("ADDED", Thing.Json("b", "11"));
        await watch.SendAsync("MODIFIED", Thing.Json("a", "12", "blue"));
        await watch.SendAsync("DELETED", Thing.Json("b", "13"));
        await Eventually.HoldsAsync(() => rig.Changes == "+a +b ~a -b");

        rig.Informer.Find(new ObjectKey("ns", "a"))!.Spec!.Color.ShouldBe("blue");
        rig.Informer.Find(new ObjectKey("ns", "b")).ShouldBeNull();
    }

    [Fact]
    public async Task A_watch_that_ends_is_opened_again_from_the_last_version()
    {
        var (rig, watch) = await InformerRig.StartWatchingAsync("10");
        await using var disposing = rig;

        await watch.SendAsync("ADDED", Thing.Json("a", "17"));
        await watch.EndAsync();

        var next = await rig.Api.NextAsync();
        (next.IsWatch, next.Query("resourceVersion")).ShouldBe((true, "17"));
    }

    [Fact]
    public async Task A_bookmark_moves_the_place_to_resume_from_and_nothing_else()
    {
        var (rig, watch) = await InformerRig.StartWatchingAsync("10", Thing.Json("a", "3"));
        await using var disposing = rig;

        await watch.SendAsync("BOOKMARK", Thing.Json("", "99"));
        await watch.EndAsync();

        (await rig.Api.NextAsync()).Query("resourceVersion").ShouldBe("99");
        rig.Changes.ShouldBe("+a");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_expired_version_leads_to_a_new_list_without_a_version(bool asEvent)
    {
        var (rig, watch) = await InformerRig.StartWatchingAsync("10", Thing.Json("a", "3"), Thing.Json("b", "4"), Thing.Json("c", "5"));
        await using var disposing = rig;

        await (asEvent ? watch.SendErrorAsync(410, "Expired") : watch.RefuseAsync(410, "Gone"));
        var list = await rig.Api.NextAsync();
        (list.IsWatch, list.Query("resourceVersion")).ShouldBe((false, ""));
        await list.AnswerListAsync("50", Thing.Json("a", "3"), Thing.Json("b", "41"), Thing.Json("d", "42"));
        (await rig.Api.NextAsync()).Query("resourceVersion").ShouldBe("50");

        rig.Changes.ShouldBe("+a +b +c ~b +d -c");
        rig.Informer.List().Select(thing => thing.Metadata.Name).ShouldBe(["a", "b", "d"]);
    }

    [Fact]
    public async Task A_server_that_expires_every_version_is_asked_less_and_less_often()
    {
        var (rig, watch) = await InformerRig.StartWatchingAsync("10");
        await using var disposing = rig;

        await watch.SendErrorAsync(410, "Expired");
        await (await rig.Api.NextAsync()).AnswerListAsync("11");
        await (await rig.Api.NextAsync()).SendErrorAsync(410, "Expired");
        await Eventually.HoldsAsync(() => rig.Log.Lines.Any(line => line.Text.Contains("trying again", StringComparison.Ordinal)));

        rig.Api.Waiting.ShouldBe(0);
        (await rig.Api.NextAsync(rig.Time, TimeSpan.FromMilliseconds(200))).IsWatch.ShouldBeFalse();
    }

    [Theory]
    [InlineData(429, "TooManyRequests")]
    [InlineData(500, "InternalError")]
    [InlineData(403, "Forbidden")]
    public async Task A_refused_watch_backs_off_and_resumes_without_a_new_list(int code, string reason)
    {
        var (rig, watch) = await InformerRig.StartWatchingAsync("10", Thing.Json("a", "3"));
        await using var disposing = rig;

        await watch.RefuseAsync(code, reason);
        await Eventually.HoldsAsync(() => rig.Time.Pending.Any(wait => wait < TimeSpan.FromMinutes(1)));
        rig.Time.Pending[0].TotalSeconds.ShouldBeInRange(0.64, 0.8);
        rig.Api.Waiting.ShouldBe(0);

        var next = await rig.Api.NextAsync(rig.Time, TimeSpan.FromMilliseconds(100));
        (next.IsWatch, next.Query("resourceVersion")).ShouldBe((true, "10"));
        rig.Changes.ShouldBe("+a");
    }

    [Fact]
    public async Task A_server_that_asks_to_wait_is_given_the_time()
    {
        var (rig, watch) = await InformerRig.StartWatchingAsync("10");
        await using var disposing = rig;

        await watch.RefuseAsync(429, "TooManyRequests", retryAfter: 21);

        await Eventually.HoldsAsync(() => rig.Time.Pending.Contains(TimeSpan.FromSeconds(21)));
    }

    [Fact]
    public async Task Backoff_grows_to_half_a_minute_and_starts_over_after_an_event()
    {
        var (rig, watch) = await InformerRig.StartWatchingAsync("10");
        await using var disposing = rig;

        double[] nominal = [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30];
        foreach (var seconds in nominal)
        {
            await watch.RefuseAsync(500, "InternalError");
            watch = await NextAfterBackoffAsync(rig, seconds);
        }

        await watch.SendAsync("ADDED", Thing.Json("a", "11"));
        await Eventually.HoldsAsync(() => rig.Changes == "+a");
        watch.Cut();
        await NextAfterBackoffAsync(rig, 0.8);
    }

    [Fact]
    public async Task A_connection_that_is_cut_in_an_event_resumes_where_it_was()
    {
        var (rig, watch) = await InformerRig.StartWatchingAsync("10");
        await using var disposing = rig;

        await watch.SendAsync("ADDED", Thing.Json("a", "11"));
        await Eventually.HoldsAsync(() => rig.Changes == "+a");
        watch.Cut();

        var next = await rig.Api.NextAsync(rig.Time, TimeSpan.FromMilliseconds(100));
        (next.IsWatch, next.Query("resourceVersion")).ShouldBe((true, "11"));
    }

    [Fact]
    public async Task A_watch_that_stays_silent_past_its_time_is_taken_for_dead()
    {
        var (rig, watch) = await InformerRig.StartWatchingAsync("10");
        await using var disposing = rig;

        var asked = double.Parse(watch.Query("timeoutSeconds"), System.Globalization.CultureInfo.InvariantCulture);
        await Eventually.HoldsAsync(() => rig.Time.Pending.Count > 0);
        rig.Time.Pending[0].TotalSeconds.ShouldBeInRange(asked + 30, asked + 31);

        (await rig.Api.NextAsync(rig.Time, TimeSpan.FromMinutes(1))).IsWatch.ShouldBeTrue();
    }

    [Fact]
    public async Task A_list_that_fails_is_tried_again_until_it_succeeds()
    {
        await using var rig = await InformerRig.StartAsync();

        await (await rig.Api.NextAsync()).RefuseAsync(503, "ServiceUnavailable");
        var list = await rig.Api.NextAsync(rig.Time, TimeSpan.FromMilliseconds(100));
        rig.Informer.IsSynced.ShouldBeFalse();
        await list.AnswerListAsync("10", Thing.Json("a", "3"));

        await rig.Informer.WaitForSyncAsync(CancellationToken.None);
        rig.Changes.ShouldBe("+a");
    }

    [Fact]
    public async Task An_object_made_again_under_its_old_name_is_gone_and_then_new()
    {
        var (rig, watch) = await InformerRig.StartWatchingAsync("10", Thing.Json("a", "3"), Thing.Json("b", "4"));
        await using var disposing = rig;

        await watch.SendAsync("ADDED", Thing.Json("a", "11", uid: "another"));
        await watch.SendErrorAsync(410, "Expired");
        await (await rig.Api.NextAsync()).AnswerListAsync("50", Thing.Json("a", "11", uid: "another"), Thing.Json("b", "12", uid: "another too"));
        await rig.Api.NextAsync();

        rig.Changes.ShouldBe("+a +b -a +a -b +b");
    }

    [Fact]
    public async Task A_version_that_is_known_already_is_no_change()
    {
        var (rig, watch) = await InformerRig.StartWatchingAsync("10", Thing.Json("a", "3"));
        await using var disposing = rig;

        await watch.SendAsync("ADDED", Thing.Json("a", "3"));
        await watch.SendAsync("ADDED", Thing.Json("b", "11"));
        await Eventually.HoldsAsync(() => rig.Informer.List().Count == 2);

        rig.Changes.ShouldBe("+a +b");
    }

    [Fact]
    public async Task Indexes_follow_every_change()
    {
        var (rig, watch) = await InformerRig.StartWatchingAsync("10", Thing.Json("b", "3", "red"), Thing.Json("a", "4", "red"), Thing.Json("c", "5"));
        await using var disposing = rig;

        ByColor(rig, "red").ShouldBe("a b");
        await watch.SendAsync("MODIFIED", Thing.Json("a", "11", "blue"));
        await watch.SendAsync("DELETED", Thing.Json("b", "12", "red"));
        await Eventually.HoldsAsync(() => rig.Informer.List().Count == 2);

        ByColor(rig, "red").ShouldBe("");
        ByColor(rig, "blue").ShouldBe("a");
        Should.Throw<ArgumentException>(() => rig.Informer.ByIndex("size", "1")).Message.ShouldContain("'size'");
    }

    [Fact]
    public async Task A_late_subscriber_first_gets_what_there_is_and_then_the_changes()
    {
        var (rig, watch) = await InformerRig.StartWatchingAsync("10", Thing.Json("a", "3"));
        await using var disposing = rig;
        var late = new List<Change<Thing>>();

        var subscription = rig.Informer.Subscribe(late.Add);
        late.Select(change => (change.Old, change.New?.Metadata.Name)).ShouldBe([(null, "a")]);
        await watch.SendAsync("MODIFIED", Thing.Json("a", "11"));
        await Eventually.HoldsAsync(() => rig.Changes == "+a ~a");
        subscription.Dispose();
        await watch.SendAsync("DELETED", Thing.Json("a", "12"));
        await Eventually.HoldsAsync(() => rig.Changes == "+a ~a -a");

        late.Select(change => change.New?.Metadata.ResourceVersion).ShouldBe(["3", "11"]);
    }

    [Fact]
    public async Task A_subscriber_that_fails_holds_up_nobody_else()
    {
        var (rig, watch) = await InformerRig.StartWatchingAsync("10");
        await using var disposing = rig;
        rig.Informer.Subscribe(change => throw new InvalidOperationException("choked"));
        var after = new List<string?>();
        rig.Informer.Subscribe(change => after.Add(change.Latest.Metadata.Name));

        await watch.SendAsync("ADDED", Thing.Json("a", "11"));
        await Eventually.HoldsAsync(() => after.Count == 1);

        rig.Log.Lines.ShouldContain(line => line.Level == Microsoft.Extensions.Logging.LogLevel.Error && line.Text.Contains("ns/a", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_index_or_a_second_run_comes_too_late_once_it_runs()
    {
        await using var rig = await InformerRig.StartAsync();

        Should.Throw<InvalidOperationException>(() => rig.Informer.IndexBy("name", thing => []));
        await Should.ThrowAsync<InvalidOperationException>(async () => await rig.Informer.RunAsync(CancellationToken.None));
    }

    private static string ByColor(InformerRig rig, string color) =>
        string.Join(' ', rig.Informer.ByIndex("color", color).Select(thing => thing.Metadata.Name));

    private static async Task<Exchange> NextAfterBackoffAsync(InformerRig rig, double seconds)
    {
        await Eventually.HoldsAsync(() => rig.Time.Pending.Any(wait => wait <= TimeSpan.FromSeconds(30)));
        rig.Time.Pending[0].TotalSeconds.ShouldBeInRange(seconds * 0.8, seconds);
        rig.Time.Advance(TimeSpan.FromSeconds(seconds));
        return await rig.Api.NextAsync();
    }
}
