using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Controllers;

public sealed class StatusWriterTests
{
    private static readonly Condition s_ready = new() { Type = "Ready", Status = Condition.True, Reason = "Fine", Message = "It is fine." };
    private static readonly Condition s_stalled = new() { Type = "Stalled", Status = Condition.False, Reason = "Fine" };

    private static readonly Thing s_thing = new()
    {
        Metadata = new ObjectMeta { Namespace = "ns", Name = "a", Uid = "uid-a", ResourceVersion = "7" },
        Spec = new ThingSpec { Color = "red" },
        Status = new ThingStatus { ObservedGeneration = 1, Conditions = [s_ready, s_stalled] },
    };

    [Fact]
    public async Task It_applies_the_status_alone_under_the_manager()
    {
        await using var api = await ScriptedApi.StartAsync();
        var wanted = s_thing with { Status = new ThingStatus { ObservedGeneration = 2, Conditions = [s_stalled] } };
        var writing = api.Client.ApplyStatusAsync(s_thing, wanted, "tester", CancellationToken.None);

        var apply = await api.NextAsync();
        (apply.Method, apply.Path, apply.Query("fieldManager"), apply.Query("force")).ShouldBe(("PATCH", "/apis/test.llmkube.dev/v1/namespaces/ns/things/a/status", "tester", "true"));
        apply.Body.ToJsonString().ShouldBe(
            """{"apiVersion":"test.llmkube.dev/v1","kind":"Thing","metadata":{"name":"a","namespace":"ns","uid":"uid-a"},"status":{"observedGeneration":2,"conditions":[{"type":"Stalled","status":"False","reason":"Fine","message":""}]}}""");
        await apply.AnswerAsync(Thing.Json("a", "8"));
        (await writing).ShouldBeTrue();
    }

    [Fact]
    public async Task A_second_pass_writes_nothing()
    {
        await using var api = await ScriptedApi.StartAsync();

        (await api.Client.ApplyStatusAsync(s_thing, s_thing with { Spec = null }, "tester", CancellationToken.None)).ShouldBeFalse();
        api.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task The_order_of_conditions_is_no_difference()
    {
        await using var api = await ScriptedApi.StartAsync();
        var wanted = s_thing with { Status = new ThingStatus { ObservedGeneration = 1, Conditions = [s_stalled, s_ready] } };

        (await api.Client.ApplyStatusAsync(s_thing, wanted, "tester", CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task An_empty_status_and_none_are_the_same()
    {
        await using var api = await ScriptedApi.StartAsync();
        var bare = s_thing with { Status = null };

        (await api.Client.ApplyStatusAsync(bare, bare with { Status = new ThingStatus { Conditions = [] } }, "tester", CancellationToken.None)).ShouldBeFalse();
    }
}
