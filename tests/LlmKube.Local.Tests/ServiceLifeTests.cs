using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Local.Tests;

/// <summary>What becomes of a service's processes as people and accidents change it.</summary>
public sealed class ServiceLifeTests
{
    [Fact]
    public async Task Replicas_come_and_go_as_asked_for()
    {
        await using var local = await LocalUnderTest.StartAsync();
        await local.DeployAsync(new InferenceServiceSpec { ModelRef = "demo", Replicas = 2 });
        await local.ReadyAsync(2);
        (await local.AnsweringAsync(2)).Count.ShouldBe(2);

        await local.PatchAsync(new JsonObject { ["replicas"] = 1 });
        await local.ReadyAsync(1);
        await local.PatchAsync(new JsonObject { ["replicas"] = 0 });
        await local.ServiceAsync(status => status.Phase == "Stopped");
        await local.UntilAsync(async () => (await local.PodsAsync()).Count == 0 ? "gone" : null);
        (await local.AskAsync()).ShouldBeNull();

        await local.PatchAsync(new JsonObject { ["replicas"] = 1 });
        await local.AnsweringAsync(1);
    }

    [Fact]
    public async Task A_change_brings_a_new_process_and_nobody_is_turned_away_meanwhile()
    {
        await using var local = await LocalUnderTest.StartAsync();
        await local.DeployAsync(new InferenceServiceSpec { ModelRef = "demo" });
        await local.ReadyAsync();
        var before = (await local.AnsweringAsync(1)).Single();

        await local.PatchAsync(new JsonObject { ["contextSize"] = 1024 });
        var answers = 0;
        await local.UntilAsync(async () =>
        {
            var now = (await local.AskAsync()).ShouldNotBeNull($"request {answers} was turned away during the change: {local.LastAnswer}");
            answers++;
            return now != before ? now : null;
        });
        answers.ShouldBeGreaterThan(1);
        await local.UntilAsync(async () => (await local.PodsAsync()).Count == 1 ? "one" : null);
    }

    [Fact]
    public async Task A_deleted_Pod_is_a_restarted_process()
    {
        await using var local = await LocalUnderTest.StartAsync();
        await local.DeployAsync(new InferenceServiceSpec { ModelRef = "demo" });
        await local.ReadyAsync();
        var before = (await local.AnsweringAsync(1)).Single();
        var pod = (await local.PodsAsync()).Single();

        await local.Client.Of<Pod>().DeleteAsync(pod.Key(), new DeleteOptions(), CancellationToken.None);
        await local.UntilAsync(async () => await local.AskAsync() is { } now && now != before ? now : null);
    }

    [Fact]
    public async Task A_process_that_dies_is_started_again()
    {
        await using var local = await LocalUnderTest.StartAsync();
        await local.DeployAsync(new InferenceServiceSpec { ModelRef = "demo" });
        await local.ReadyAsync();
        var before = (await local.AnsweringAsync(1)).Single();
        using (var process = Process.GetProcessById(int.Parse(before, CultureInfo.InvariantCulture)))
        {
            process.Kill();
        }

        await local.UntilAsync(async () => await local.AskAsync() is { } now && now != before ? now : null);
        (await local.PodsAsync()).Single().Status!.ContainerStatuses![0].RestartCount.ShouldBe(1);
    }

    [Fact]
    public async Task An_engine_that_exits_at_once_is_a_condition_with_its_last_words_until_it_is_mended()
    {
        await using var local = await LocalUnderTest.StartAsync();
        await local.DeployAsync(new InferenceServiceSpec { ModelRef = "demo", Env = Env("FAKE_ENGINE_EXIT", "3") });
        var broken = await local.ServiceAsync(status => status.Conditions.FindCondition(ConditionTypes.Ready) is { Status: Condition.False } ready && ready.Message!.Contains("told to fail", StringComparison.Ordinal));
        broken.Status!.Conditions.FindCondition(ConditionTypes.Ready)!.Message!.ShouldContain("3");

        await local.PatchAsync(new JsonObject { ["env"] = null });
        await local.AnsweringAsync(1);
    }

    [Fact]
    public async Task An_argument_that_the_engine_does_not_know_is_named_before_it_is_started_in_vain()
    {
        await using var local = await LocalUnderTest.StartAsync();
        await local.DeployAsync(new InferenceServiceSpec { ModelRef = "demo", ExtraArgs = ["--bogus", "1"] });
        var refused = await local.ServiceAsync(status => status.SchedulingStatus == "UnsupportedArgument");
        refused.Status!.SchedulingMessage!.ShouldContain("does not know --bogus,");

        await local.PatchAsync(new JsonObject { ["extraArgs"] = null });
        await local.AnsweringAsync(1);
    }

    [Fact]
    public async Task A_variable_whose_Secret_is_missing_is_said_and_the_Secret_mends_it()
    {
        await using var local = await LocalUnderTest.StartAsync();
        var variable = new JsonObject { ["name"] = "TOKEN", ["valueFrom"] = new JsonObject { ["secretKeyRef"] = new JsonObject { ["name"] = "engine", ["key"] = "token" } } };
        await local.DeployAsync(new InferenceServiceSpec { ModelRef = "demo", Env = [System.Text.Json.JsonSerializer.SerializeToElement(variable)] });
        var refused = await local.ServiceAsync(status => status.SchedulingStatus == "CreateContainerConfigError");
        refused.Status!.SchedulingMessage!.ShouldContain("TOKEN");

        await local.Client.Of(new ResourceDefinition("", "v1", "Secret", "secrets", Namespaced: true)).ApplyAsync(
            new DynamicObject(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Secret",
                ["metadata"] = new JsonObject { ["name"] = "engine", ["namespace"] = "default" },
                ["stringData"] = new JsonObject { ["token"] = "s3cret" },
            }),
            new ApplyOptions("test"),
            CancellationToken.None);
        await local.AnsweringAsync(1);
    }

    [Fact]
    public async Task A_model_that_is_too_large_is_refused_with_the_sum_until_less_is_asked_for()
    {
        await using var local = await LocalUnderTest.StartAsync();
        await local.DeployAsync(new InferenceServiceSpec { ModelRef = "demo" }, new HardwareSpec { MemoryBudget = "1Mi" });
        var refused = await local.ServiceAsync(status => status.SchedulingStatus == ServiceReasons.InsufficientMemory);
        refused.Status!.SchedulingMessage!.ShouldContain("1.0 MiB");
        refused.Status.Conditions.FindCondition(ConditionTypes.Stalled)!.Status.ShouldBe(Condition.True);
        (await local.AskAsync()).ShouldBeNull();

        await local.DeployAsync(new InferenceServiceSpec { ModelRef = "demo" });
        await local.AnsweringAsync(1);
    }

    [Fact]
    public async Task A_deleted_service_leaves_nothing()
    {
        await using var local = await LocalUnderTest.StartAsync();
        await local.DeployAsync(new InferenceServiceSpec { ModelRef = "demo" });
        await local.ReadyAsync();
        var pid = (await local.AnsweringAsync(1)).Single();

        await local.Client.Of<InferenceService>().DeleteAsync(LocalUnderTest.Demo, new DeleteOptions(), CancellationToken.None);
        await local.UntilAsync(async () => (await local.PodsAsync()).Count == 0 ? "gone" : null);
        await local.UntilAsync(() => Task.FromResult(Directory.Exists($"/proc/{pid}") ? null : "ended"));
        (await local.Client.Of<EndpointSlice>().ListAsync(new ListOptions { Namespace = "default", LabelSelector = Labels.Service }, CancellationToken.None)).Items.ShouldBeEmpty();
        await local.UntilAsync(async () => await local.Client.Of<Service>().FindAsync(LocalUnderTest.Demo, CancellationToken.None) is null ? "gone" : null);
    }

    [Fact]
    public async Task While_nothing_changes_nothing_is_written()
    {
        await using var local = await LocalUnderTest.StartAsync();
        await local.DeployAsync(new InferenceServiceSpec { ModelRef = "demo" });
        var ready = await local.ReadyAsync();
        var settled = await local.UntilAsync(async () =>
        {
            var first = await local.ReadyAsync();
            await local.AnsweringAsync(1);
            return (await local.ReadyAsync()).Metadata.ResourceVersion == first.Metadata.ResourceVersion ? first : null;
        });

        // Every reconciler is asked again: an annotation changes nothing that they decide on.
        await local.Client.Of<Model>().PatchAsync(
            LocalUnderTest.Demo, Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["x"] = "y" } } }), new PatchOptions(), CancellationToken.None);
        await local.AnsweringAsync(1);
        var after = await local.ReadyAsync();
        after.Metadata.ResourceVersion.ShouldBe(settled.Metadata.ResourceVersion);
        after.Status!.LastUpdated.ShouldBe(settled.Status!.LastUpdated);
        ready.Status!.ObservedGeneration.ShouldBe(ready.Metadata.Generation);
    }

    private static IReadOnlyList<System.Text.Json.JsonElement> Env(string name, string value) =>
        [System.Text.Json.JsonSerializer.SerializeToElement(new JsonObject { ["name"] = name, ["value"] = value })];
}
