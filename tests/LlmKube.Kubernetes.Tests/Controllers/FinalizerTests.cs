using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Controllers;

public sealed class FinalizerTests
{
    private const string Ours = "test.llmkube.dev/clean";

    [Fact]
    public async Task Adding_keeps_the_finalizers_of_others_and_names_the_version()
    {
        await using var api = await ScriptedApi.StartAsync();
        var adding = api.Client.Of<Thing>().AddFinalizerAsync(ThingWith("other"), Ours, CancellationToken.None);

        var patch = await api.NextAsync();
        (patch.Method, patch.Path).ShouldBe(("PATCH", "/apis/test.llmkube.dev/v1/namespaces/ns/things/a"));
        patch.Body.ToJsonString().ShouldBe("""{"metadata":{"resourceVersion":"7","finalizers":["other","test.llmkube.dev/clean"]}}""");
        await patch.AnswerAsync(Thing.Json("a", "8"));
        (await adding).Metadata.ResourceVersion.ShouldBe("8");
    }

    [Fact]
    public async Task What_is_there_or_gone_already_costs_no_request()
    {
        await using var api = await ScriptedApi.StartAsync();
        var thing = ThingWith(Ours);

        (await api.Client.Of<Thing>().AddFinalizerAsync(thing, Ours, CancellationToken.None)).ShouldBeSameAs(thing);
        await api.Client.Of<Thing>().RemoveFinalizerAsync(ThingWith("other"), Ours, CancellationToken.None);
        api.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task Removing_goes_through_although_a_stop_comes_in_between()
    {
        await using var api = await ScriptedApi.StartAsync();
        using var stop = new CancellationTokenSource();
        var removing = api.Client.Of<Thing>().RemoveFinalizerAsync(ThingWith("other", Ours), Ours, stop.Token);

        var patch = await api.NextAsync();
        await stop.CancelAsync();
        patch.Body.ToJsonString().ShouldBe("""{"metadata":{"resourceVersion":"7","finalizers":["other"]}}""");
        await patch.AnswerAsync(Thing.Json("a", "8"));
        await removing;
    }

    [Fact]
    public async Task Removing_from_an_object_that_is_gone_is_fine_and_a_race_is_a_conflict()
    {
        await using var api = await ScriptedApi.StartAsync();
        var removing = api.Client.Of<Thing>().RemoveFinalizerAsync(ThingWith(Ours), Ours, CancellationToken.None);
        await (await api.NextAsync()).RefuseAsync(404, "NotFound");
        await removing;

        removing = api.Client.Of<Thing>().RemoveFinalizerAsync(ThingWith(Ours), Ours, CancellationToken.None);
        await (await api.NextAsync()).RefuseAsync(409, "Conflict");
        (await Should.ThrowAsync<ApiException>(removing)).IsConflict.ShouldBeTrue();
    }

    private static Thing ThingWith(params string[] finalizers) => new()
    {
        Metadata = new ObjectMeta { Namespace = "ns", Name = "a", Uid = "uid-a", ResourceVersion = "7", Finalizers = finalizers },
    };
}
