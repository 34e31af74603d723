using System.Net;
using System.Text.Json.Nodes;
using LlmKube.TestKit;
using Shouldly;
using Xunit;
using static LlmKube.ApiServer.Tests.ApiCalls;

namespace LlmKube.ApiServer.Tests.Watch;

/// <summary>What a watch shows, from where, and how it ends.</summary>
public sealed class WatchTests
{
    [Fact]
    public async Task A_watch_without_a_version_begins_with_the_state_and_goes_on_with_the_changes()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        using var watch = await WatchReader.OpenAsync(api, ConfigMaps);

        (await watch.NextLineAsync()).ShouldBe("ADDED a");
        await api.CreateAsync(ConfigMaps, ConfigMap("b"));
        await api.PatchAsync($"{ConfigMaps}/a", new JsonObject { ["data"] = new JsonObject { ["k"] = "v" } });
        await api.DeleteAsync($"{ConfigMaps}/b");

        (await watch.NextLineAsync()).ShouldBe("ADDED b");
        (await watch.NextLineAsync()).ShouldBe("MODIFIED a");
        (await watch.NextLineAsync()).ShouldBe("DELETED b");
    }

    [Fact]
    public async Task A_watch_from_a_version_shows_only_what_came_after_it()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var first = await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        await api.CreateAsync(ConfigMaps, ConfigMap("b"));
        using var watch = await WatchReader.OpenAsync(api, ConfigMaps, $"&resourceVersion={first.Text("metadata", "resourceVersion")}");

        (await watch.NextLineAsync()).ShouldBe("ADDED b");
    }

    [Fact]
    public async Task A_deletion_shows_the_last_state_under_a_new_version()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var created = await api.CreateAsync(ConfigMaps, ConfigMap("a", data: ("k", "v")));
        using var watch = await WatchReader.OpenAsync(api, ConfigMaps, $"&resourceVersion={created.Text("metadata", "resourceVersion")}");
        await api.DeleteAsync($"{ConfigMaps}/a");

        var (type, obj) = (await watch.NextAsync())!.Value;

        type.ShouldBe("DELETED");
        obj.Text("data", "k").ShouldBe("v");
        obj.Version().ShouldBeGreaterThan(created.Version());
    }

    [Fact]
    public async Task An_object_that_moves_out_of_the_selection_is_deleted_for_the_watch_and_added_when_it_comes_back()
    {
        await using var api = await ApiServerFixture.StartAsync();
        using var watch = await WatchReader.OpenAsync(api, ConfigMaps, "&labelSelector=on%3Dyes");
        var labelled = ConfigMap("a");
        labelled["metadata"]!["labels"] = new JsonObject { ["on"] = "yes" };
        await api.CreateAsync(ConfigMaps, labelled);
        await api.CreateAsync(ConfigMaps, ConfigMap("other"));
        await api.PatchAsync($"{ConfigMaps}/a", Labels("no"));
        await api.PatchAsync($"{ConfigMaps}/a", new JsonObject { ["data"] = new JsonObject { ["unseen"] = "change" } });
        await api.PatchAsync($"{ConfigMaps}/a", Labels("yes"));

        (await watch.NextLineAsync()).ShouldBe("ADDED a");
        (await watch.NextLineAsync()).ShouldBe("DELETED a");
        (await watch.NextLineAsync()).ShouldBe("ADDED a");

        static JsonObject Labels(string value) => new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["on"] = value } } };
    }

    [Fact]
    public async Task A_streamed_list_ends_its_state_with_a_marked_bookmark()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        using var watch = await WatchReader.OpenAsync(
            api, ConfigMaps, "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");

        (await watch.NextLineAsync()).ShouldBe("ADDED a");
        var (type, obj) = (await watch.NextAsync())!.Value;
        type.ShouldBe("BOOKMARK");
        obj.Text("kind").ShouldBe("ConfigMap");
        obj.Text("metadata", "annotations", "k8s.io/initial-events-end").ShouldBe("true");
    }

    [Fact]
    public async Task A_quiet_watch_gets_a_bookmark_every_minute_and_one_before_its_end()
    {
        var time = new ManualTime();
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { Time = time });
        using var watch = await WatchReader.OpenAsync(api, ConfigMaps, "&allowWatchBookmarks=true&timeoutSeconds=100");

        var next = watch.NextLineAsync();
        (await time.AdvanceUntilAsync(next, TimeSpan.FromSeconds(1))).ShouldStartWith("BOOKMARK");
        next = watch.NextLineAsync();
        (await time.AdvanceUntilAsync(next, TimeSpan.FromSeconds(1))).ShouldStartWith("BOOKMARK");
        next = watch.NextLineAsync();
        (await time.AdvanceUntilAsync(next, TimeSpan.FromSeconds(1))).ShouldBeNull();
    }

    [Fact]
    public async Task A_watch_from_forgotten_history_gets_410_as_its_only_event()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var first = await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        await api.CreateAsync(ConfigMaps, ConfigMap("b"));
        api.Faults.ExpireHistory();
        using var watch = await WatchReader.OpenAsync(api, ConfigMaps, $"&resourceVersion={first.Text("metadata", "resourceVersion")}");

        var (type, status) = (await watch.NextAsync())!.Value;

        type.ShouldBe("ERROR");
        status.Text("code").ShouldBe("410");
        status.Text("reason").ShouldBe("Expired");
        (await watch.NextAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task An_open_watch_whose_history_is_expired_under_it_ends_with_410()
    {
        await using var api = await ApiServerFixture.StartAsync();
        using var watch = await WatchReader.OpenAsync(api, ConfigMaps);
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        (await watch.NextLineAsync()).ShouldBe("ADDED a");

        api.Faults.ExpireHistory(cutOpenWatches: true);

        (await watch.NextLineAsync()).ShouldBe("ERROR Expired");
        (await watch.NextAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_cut_watch_breaks_and_a_new_one_resumes_without_a_gap()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var first = await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        using (var watch = await WatchReader.OpenAsync(api, ConfigMaps))
        {
            (await watch.NextLineAsync()).ShouldBe("ADDED a");
            api.Faults.CutWatches();
            await Should.ThrowAsync<IOException>(watch.NextAsync);
        }

        await api.CreateAsync(ConfigMaps, ConfigMap("b"));
        using var resumed = await WatchReader.OpenAsync(api, ConfigMaps, $"&resourceVersion={first.Text("metadata", "resourceVersion")}");
        (await resumed.NextLineAsync()).ShouldBe("ADDED b");
    }

    [Fact]
    public async Task A_version_from_the_future_is_refused_with_the_cause_that_clients_know()
    {
        await using var api = await ApiServerFixture.StartAsync();

        var (code, status) = await api.GetAsync($"{ConfigMaps}?watch=1&resourceVersion=99999");

        code.ShouldBe(HttpStatusCode.GatewayTimeout);
        status["details"]!["causes"]![0].Text("reason").ShouldBe("ResourceVersionTooLarge");
    }

    [Fact]
    public async Task A_watch_of_all_namespaces_sees_what_one_of_a_single_namespace_does_not()
    {
        await using var api = await ApiServerFixture.StartAsync();
        using var all = await WatchReader.OpenAsync(api, "/api/v1/configmaps");
        using var one = await WatchReader.OpenAsync(api, ConfigMaps);
        await api.CreateAsync("/api/v1/namespaces/kube-system/configmaps", ConfigMap("sys", "kube-system"));
        await api.CreateAsync(ConfigMaps, ConfigMap("def"));

        (await all.NextLineAsync()).ShouldBe("ADDED sys");
        (await all.NextLineAsync()).ShouldBe("ADDED def");
        (await one.NextLineAsync()).ShouldBe("ADDED def");
    }

    [Fact]
    public async Task A_table_watch_sends_its_columns_once()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        await api.CreateAsync(ConfigMaps, ConfigMap("b"));
        using var watch = await WatchReader.OpenAsync(api, ConfigMaps, accept: "application/json;as=Table;v=v1;g=meta.k8s.io");

        var first = (await watch.NextAsync())!.Value.Object;
        var second = (await watch.NextAsync())!.Value.Object;

        first["columnDefinitions"]!.AsArray().Count.ShouldBeGreaterThan(0);
        first["rows"]![0]!["cells"]![0]!.ToString().ShouldBe("a");
        second["columnDefinitions"].ShouldBeNull();
    }

    [Fact]
    public async Task Every_watcher_of_many_sees_every_change_once_and_in_order()
    {
        const int Watchers = 10;
        const int Changes = 60;
        await using var api = await ApiServerFixture.StartAsync();
        var watches = await Task.WhenAll(Enumerable.Range(0, Watchers).Select(_ => WatchReader.OpenAsync(api, ConfigMaps)));

        await Task.WhenAll(Enumerable.Range(0, Changes).Select(i => api.CreateAsync(ConfigMaps, ConfigMap($"cm-{i}"))));

        foreach (var watch in watches)
        {
            var versions = new List<long>();
            while (versions.Count < Changes)
            {
                versions.Add((await watch.NextAsync())!.Value.Object.Version());
            }

            versions.ShouldBe(versions.Distinct().Order());
            watch.Dispose();
        }
    }
}
