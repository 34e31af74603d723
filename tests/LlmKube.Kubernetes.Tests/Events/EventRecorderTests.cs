using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Events;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Telemetry;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Events;

public sealed class EventRecorderTests : IAsyncLifetime
{
    private static readonly Thing s_thing = new() { Metadata = new ObjectMeta { Namespace = "ns", Name = "a", Uid = "uid-a" } };

    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly RuntimeMetrics _metrics = new();
    private ScriptedApi _api = null!;
    private PrometheusText _page = null!;
    private EventRecorder _recorder = null!;
    private Task _running = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _api = await ScriptedApi.StartAsync();
        _page = new PrometheusText(meter => ReferenceEquals(meter, _metrics.Meter));
        _recorder = new EventRecorder(
            _api.Client, new EventRecorderOptions { Component = "tester", Instance = "here", Capacity = 10, Burst = 3 }, _time, new RecordingLogger(), _metrics);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _time.AdvanceUntilAsync(() => _running.IsCompleted, TimeSpan.FromSeconds(1));
        await _running;
        await _api.DisposeAsync();
        _page.Dispose();
        _metrics.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task An_event_says_who_saw_what_about_which_object()
    {
        Start();
        _recorder.Warning(s_thing, "Broken", "It is broken.");

        var create = await _api.NextAsync();
        (create.Method, create.Path).ShouldBe(("POST", "/api/v1/namespaces/ns/events"));
        var name = (string?)create.Body["metadata"]!["name"];
        name!.ShouldStartWith("a.");
        create.Body["metadata"]!["name"] = name;
        var body = create.Body;
        body.Remove("metadata");
        body.ToJsonString().ShouldBe(
            """{"apiVersion":"v1","kind":"Event","involvedObject":{"apiVersion":"test.llmkube.dev/v1","kind":"Thing","name":"a","namespace":"ns","uid":"uid-a"},"type":"Warning","reason":"Broken","message":"It is broken.","source":{"component":"tester","host":"here"},"reportingComponent":"tester","reportingInstance":"here","count":1,"firstTimestamp":"2031-03-04T05:06:07Z","lastTimestamp":"2031-03-04T05:06:07Z"}""");
        await create.AnswerAsync(create.Body, 201);
    }

    [Fact]
    public async Task The_same_sentence_about_the_same_object_is_one_event_with_a_count()
    {
        Start();
        var name = await RecordAsync("Pulling");
        _time.Advance(TimeSpan.FromSeconds(60));
        _recorder.Normal(s_thing, "Pulling", "Pulling.");

        var patch = await _api.NextAsync();
        (patch.Method, patch.Path).ShouldBe(("PATCH", $"/api/v1/namespaces/ns/events/{name}"));
        patch.Body.ToJsonString().ShouldBe("""{"count":2,"lastTimestamp":"2031-03-04T05:07:07Z"}""");
        await patch.AnswerAsync(Answer);
    }

    [Fact]
    public async Task Repetitions_that_wait_are_written_at_once()
    {
        for (var i = 0; i < 4; i++)
        {
            _recorder.Normal(s_thing, "Pulling", "Pulling.");
        }

        Start();
        var create = await _api.NextAsync();
        ((int?)create.Body["count"]).ShouldBe(4);
        await create.AnswerAsync(create.Body, 201);
    }

    [Fact]
    public async Task Another_reason_message_or_object_is_another_event()
    {
        Start();
        await RecordAsync("Pulling");
        _recorder.Normal(s_thing, "Pulled", "Pulling.");
        await CreatedAsync();
        _recorder.Normal(s_thing with { Metadata = s_thing.Metadata with { Uid = "uid-b" } }, "Pulling", "Pulling.");
        await CreatedAsync();
    }

    [Fact]
    public async Task An_event_that_has_expired_on_the_server_is_made_anew()
    {
        Start();
        await RecordAsync("Pulling");
        _recorder.Normal(s_thing, "Pulling", "Pulling.");
        await (await _api.NextAsync()).RefuseAsync(404, "NotFound");

        var create = await _api.NextAsync();
        (create.Method, (int?)create.Body["count"]).ShouldBe(("POST", 1));
        await create.AnswerAsync(create.Body, 201);
    }

    [Fact]
    public async Task Recording_never_blocks_and_what_is_too_much_is_dropped_and_counted()
    {
        for (var i = 0; i < 25; i++)
        {
            _recorder.Normal(s_thing, "Pulling", $"Pulling {i}.");
        }

        await Eventually.HoldsAsync(() => _page.Write().Contains("event_recorder_dropped_total{why=\"full\"} 15\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_object_cannot_flood_the_others_out()
    {
        Start();
        for (var i = 0; i < 5; i++)
        {
            _recorder.Normal(s_thing, "Noise", $"Noise {i}.");
        }

        for (var i = 0; i < 3; i++)
        {
            await CreatedAsync();
        }

        _recorder.Normal(s_thing with { Metadata = s_thing.Metadata with { Name = "quiet", Uid = "uid-quiet" } }, "Heard", "Heard.");
        ((string?)(await CreatedAsync())["reason"]).ShouldBe("Heard");
        _page.Write().ShouldContain("event_recorder_dropped_total{why=\"limited\"} 2\n");

        _time.Advance(TimeSpan.FromMinutes(5.1));
        _recorder.Normal(s_thing, "Later", "Later.");
        ((string?)(await CreatedAsync())["reason"]).ShouldBe("Later");
    }

    [Fact]
    public async Task A_server_in_trouble_is_tried_again_and_one_that_refuses_is_not()
    {
        Start();
        _recorder.Normal(s_thing, "First", "First.");
        await (await _api.NextAsync()).RefuseAsync(500, "InternalError");
        var again = await _api.NextAsync(_time, TimeSpan.FromMilliseconds(200));
        ((string?)again.Body["reason"]).ShouldBe("First");
        await again.RefuseAsync(403, "Forbidden");
        _recorder.Normal(s_thing, "Second", "Second.");

        ((string?)(await CreatedAsync())["reason"]).ShouldBe("Second");
        _page.Write().ShouldContain("event_recorder_dropped_total{why=\"refused\"} 1\n");
    }

    [Fact]
    public async Task A_stop_writes_what_still_waits()
    {
        _recorder.Normal(s_thing, "Stopping", "Stopping.");
        await _stop.CancelAsync();
        Start();

        await CreatedAsync();
        await _running;
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_ever_for_a_server_that_hangs()
    {
        Start();
        _recorder.Normal(s_thing, "Stopping", "Stopping.");
        await _api.NextAsync();
        await _stop.CancelAsync();

        await _time.AdvanceUntilAsync(() => _running.IsCompleted, TimeSpan.FromMilliseconds(500));
        await _running;
    }

    [Fact]
    public async Task Events_about_cluster_wide_objects_are_in_the_default_namespace_and_names_are_short_enough()
    {
        Start();
        _recorder.Normal(s_thing with { Metadata = new ObjectMeta { Name = new string('n', 253) } }, "Seen", new string('m', 3000));

        var create = await _api.NextAsync();
        create.Path.ShouldBe("/api/v1/namespaces/default/events");
        ((string?)create.Body["metadata"]!["name"])!.Length.ShouldBeLessThanOrEqualTo(253);
        ((string?)create.Body["message"])!.Length.ShouldBe(1024);
        await create.AnswerAsync(create.Body, 201);
    }

    private static JsonObject Answer => new() { ["apiVersion"] = "v1", ["kind"] = "Event" };

    private void Start() => _running = _recorder.RunAsync(_stop.Token);

    private async Task<string?> RecordAsync(string reason)
    {
        _recorder.Normal(s_thing, reason, $"{reason}.");
        return (string?)(await CreatedAsync())["metadata"]!["name"];
    }

    private async Task<JsonObject> CreatedAsync()
    {
        var create = await _api.NextAsync();
        create.Method.ShouldBe("POST");
        await create.AnswerAsync(create.Body, 201);
        return create.Body;
    }
}
