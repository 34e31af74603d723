using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Objects;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Controllers;

/// <summary>What brings an object back to its reconciler.</summary>
public sealed class ControllerSourceTests
{
    [Fact]
    public async Task Every_object_there_is_gets_a_pass_at_the_start()
    {
        await using var rig = await ControllerRig.CreateAsync();
        rig.Host.For<Thing>("thing").With(rig);
        await rig.StartAsync((ControllerRig.Things, [Thing.Json("a", "1"), Thing.Json("b", "2")]));

        await Eventually.HoldsAsync(() => rig.Passes == "a b");
    }

    [Theory]
    [InlineData("generation", true)]
    [InlineData("label", true)]
    [InlineData("annotation", true)]
    [InlineData("deletion", true)]
    [InlineData("status", false)]
    public async Task Only_status_changes_of_our_own_kind_do_not_requeue(string what, bool requeues)
    {
        await using var rig = await ControllerRig.CreateAsync();
        rig.Host.For<Thing>("thing").With(rig);
        await rig.StartAsync((ControllerRig.Things, [Thing.Json("a", "1"), Thing.Json("z", "1")]));
        await Eventually.HoldsAsync(() => rig.Passes == "a z");

        await rig.Watch(ControllerRig.Things).SendAsync("MODIFIED", Thing.Json("a", "11", with: thing => Change(thing, what)));
        await rig.Watch(ControllerRig.Things).SendAsync("DELETED", Thing.Json("z", "12"));

        await Eventually.HoldsAsync(() => rig.Passes.EndsWith('z') && rig.Passes.Length > 3);
        rig.Passes.ShouldBe(requeues ? "a z a z" : "a z z");
    }

    [Fact]
    public async Task A_predicate_of_ones_own_decides_instead()
    {
        await using var rig = await ControllerRig.CreateAsync();
        rig.Host.For<Thing>("thing").When(change => change.Latest.Spec?.Color == "red").With(rig);
        await rig.StartAsync((ControllerRig.Things, [Thing.Json("a", "1", "blue"), Thing.Json("b", "2", "red")]));
        await Eventually.HoldsAsync(() => rig.Passes == "b");

        await rig.Watch(ControllerRig.Things).SendAsync("MODIFIED", Thing.Json("a", "11", "red"));

        await Eventually.HoldsAsync(() => rig.Passes == "b a");
    }

    [Fact]
    public async Task A_child_that_changes_brings_its_owner_back()
    {
        await using var rig = await ControllerRig.CreateAsync();
        rig.Host.For<Thing>("thing").Owns<Part>().With(rig);
        await rig.StartAsync((ControllerRig.Things, []), (ControllerRig.Parts, []));

        await rig.Watch(ControllerRig.Parts).SendAsync("ADDED", Part.Json("p", "11", owner: "a"));
        await Eventually.HoldsAsync(() => rig.Passes == "a");
        await rig.Watch(ControllerRig.Parts).SendAsync("DELETED", Part.Json("p", "12", owner: "a"));
        await Eventually.HoldsAsync(() => rig.Passes == "a a");
    }

    [Fact]
    public async Task A_child_of_another_kind_of_owner_brings_nobody_back()
    {
        await using var rig = await ControllerRig.CreateAsync();
        rig.Host.For<Thing>("thing").Owns<Part>().With(rig);
        await rig.StartAsync((ControllerRig.Things, []), (ControllerRig.Parts, []));

        await rig.Watch(ControllerRig.Parts).SendAsync("ADDED", Part.Json("p", "11", owner: "other", ownerKind: "Gadget"));
        await rig.Watch(ControllerRig.Parts).SendAsync("ADDED", Part.Json("q", "12", owner: null));
        await rig.Watch(ControllerRig.Parts).SendAsync("ADDED", Part.Json("r", "13", owner: "a"));

        await Eventually.HoldsAsync(() => rig.Passes == "a");
    }

    [Fact]
    public async Task A_mapping_that_changes_enqueues_the_old_and_the_new_owner()
    {
        await using var rig = await ControllerRig.CreateAsync();
        rig.Host.For<Thing>("thing").Owns<Part>().With(rig);
        await rig.StartAsync((ControllerRig.Things, []), (ControllerRig.Parts, [Part.Json("p", "1", owner: "a")]));
        await Eventually.HoldsAsync(() => rig.Passes == "a");

        await rig.Watch(ControllerRig.Parts).SendAsync("MODIFIED", Part.Json("p", "11", owner: "b"));

        await Eventually.HoldsAsync(() => rig.Passes == "a a b");
    }

    [Fact]
    public async Task A_followed_object_brings_back_whom_the_index_names()
    {
        await using var rig = await ControllerRig.CreateAsync();
        var things = rig.Host.Cache<Thing>().IndexBy("color", thing => [thing.Spec?.Color ?? ""]);
        rig.Host.For<Thing>("thing")
            .When(_ => false)
            .Follows<Part>(part => things.ByIndex("color", part.Metadata.Labels?["for"] ?? "").Select(thing => thing.Key()))
            .With(rig);
        await rig.StartAsync((ControllerRig.Things, [Thing.Json("a", "1", "red"), Thing.Json("b", "2", "blue")]), (ControllerRig.Parts, []));
        await rig.Host.Cache<Thing>().WaitForSyncAsync(CancellationToken.None);

        await rig.Watch(ControllerRig.Parts).SendAsync("ADDED", Part.Json("p", "11", owner: null, label: "blue"));

        await Eventually.HoldsAsync(() => rig.Passes == "b");
    }

    [Fact]
    public async Task A_reason_from_outside_the_api_brings_the_object_back()
    {
        await using var rig = await ControllerRig.CreateAsync();
        var controller = rig.Host.For<Thing>("thing").With(rig);
        await rig.StartAsync((ControllerRig.Things, []));

        controller.Enqueue(new ObjectKey("ns", "a"));
        await Eventually.HoldsAsync(() => rig.Passes == "a");
        controller.EnqueueAfter(new ObjectKey("ns", "b"), TimeSpan.FromSeconds(5));
        await rig.Time.AdvanceUntilAsync(() => rig.Passes == "a b", TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Caches_are_shared_by_kind_namespace_and_selector()
    {
        await using var rig = await ControllerRig.CreateAsync();
        var all = rig.Host.Cache<Thing>();

        rig.Host.Cache<Thing>(new InformerOptions()).ShouldBeSameAs(all);
        rig.Host.Cache<Thing>(new InformerOptions { Namespace = "ns" }).ShouldNotBeSameAs(all);
        rig.Host.Cache<Thing>(new InformerOptions { LabelSelector = "a=b" }).ShouldBeSameAs(rig.Host.Cache<Thing>(new InformerOptions { LabelSelector = "a=b" }));
        rig.Host.Cache(Thing.Definition).ShouldNotBeNull();
    }

    private static void Change(JsonObject thing, string what)
    {
        var metadata = thing["metadata"]!.AsObject();
        switch (what)
        {
            case "generation":
                metadata["generation"] = 2;
                break;
            case "label":
                metadata["labels"] = new JsonObject { ["a"] = "b" };
                break;
            case "annotation":
                metadata["annotations"] = new JsonObject { ["a"] = "b" };
                break;
            case "deletion":
                metadata["deletionTimestamp"] = "2031-01-01T00:00:00Z";
                break;
            default:
                thing["status"] = new JsonObject { ["observedGeneration"] = 1 };
                break;
        }
    }
}
