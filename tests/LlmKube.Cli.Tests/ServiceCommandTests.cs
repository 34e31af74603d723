using System.Text.Json.Nodes;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Yaml;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests;

/// <summary>The commands for services, against a real API server.</summary>
public sealed class ServiceCommandTests
{
    private static readonly ObjectKey s_demo = new("default", "demo");

    [Fact]
    public async Task List_prints_the_columns_of_the_existing_command()
    {
        await using var cli = await CliUnderTest.StartAsync();
        await cli.AddAsync("demo");
        await cli.AddAsync("other", "team-a");

        var services = await cli.RunAsync("list");
        Fields(services.Output)[0][..5].ShouldBe(["NAME", "MODEL", "PHASE", "REPLICAS", "ENDPOINT"]);
        Fields(services.Output)[1][..5].ShouldBe(["demo", "demo", "Ready", "2/2", "http://127.0.0.1:8080/v1/chat/completions"]);
        Fields(services.Output).Count.ShouldBe(2, "the other one is in another namespace");

        var models = await cli.RunAsync("ls", "models", "-n", "team-a");
        Fields(models.Output)[0][..5].ShouldBe(["NAME", "PHASE", "SIZE", "ACCELERATOR", "AGE"]);
        Fields(models.Output)[1][..4].ShouldBe(["other", "Ready", "4.1 GiB", "cpu"]);

        Fields((await cli.RunAsync("list", "-A")).Output).Select(line => line[0]).ShouldBe(["NAMESPACE", "default", "team-a"]);
    }

    [Fact]
    public async Task List_speaks_to_scripts()
    {
        await using var cli = await CliUnderTest.StartAsync();
        await cli.AddAsync("demo");

        (await cli.RunAsync("list", "-o", "name")).Output.ShouldBe($"inferenceservice.inference.llmkube.dev/demo{Environment.NewLine}");
        JsonNode.Parse((await cli.RunAsync("list", "-o", "json")).Output)!["items"]![0]!["status"]!["phase"]!.GetValue<string>().ShouldBe("Ready");
        YamlText.Parse((await cli.RunAsync("list", "models", "-o", "yaml")).Output)!["items"]![0]!["spec"]!["source"]!.GetValue<string>().ShouldBe("/models/demo.gguf");
        Fields((await cli.RunAsync("list", "-o", "wide")).Output)[0][6].ShouldBe("RUNTIME");
    }

    [Fact]
    public async Task Nothing_to_list_is_said_beside_the_data()
    {
        await using var cli = await CliUnderTest.StartAsync();
        var empty = await cli.RunAsync("list", "-n", "default");
        empty.Code.ShouldBe(ExitCodes.Ok);
        empty.Output.ShouldBeEmpty();
        empty.Error.ShouldContain("no services in namespace default");
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public async Task A_table_fits_the_terminal(int width)
    {
        await using var cli = await CliUnderTest.StartAsync();
        await cli.AddAsync("a-service-with-a-rather-long-name-for-a-team");
        var output = (await cli.RunAsync(width, "list")).Output;
        output.ShouldContain("PHASE");
        output.Split('\n').ShouldAllBe(line => line.TrimEnd().Length <= width);
    }

    [Fact]
    public async Task Status_tells_of_the_model_and_the_service()
    {
        await using var cli = await CliUnderTest.StartAsync();
        await cli.AddAsync("demo");
        var status = await cli.RunAsync("status", "demo");
        status.Code.ShouldBe(ExitCodes.Ok);
        status.Output.ShouldContain("MODEL default/demo");
        status.Output.ShouldContain("SERVICE default/demo");
        status.Output.ShouldContain("2 of 2 ready");
    }

    [Theory]
    [InlineData("status")]
    [InlineData("delete")]
    [InlineData("logs")]
    [InlineData("chat", "hello")]
    [InlineData("scale", "--replicas=2")]
    public async Task What_is_not_there_is_said_in_one_sentence(string command, params string[] more)
    {
        await using var cli = await CliUnderTest.StartAsync();
        var outcome = await cli.RunAsync([command, "nothing", .. more]);
        outcome.Code.ShouldBe(ExitCodes.NotFound);
        outcome.Output.ShouldBeEmpty();
        outcome.Error.ShouldContain("nothing");
        outcome.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Deploy_applies_both_objects_and_again_what_changed()
    {
        await using var cli = await CliUnderTest.StartAsync();
        (await cli.RunAsync("deploy", "demo", "--source", "/models/a.gguf", "--replicas", "2", "--wait=false")).Code.ShouldBe(ExitCodes.Ok);
        (await cli.RunAsync("deploy", "demo", "--source", "/models/b.gguf", "--replicas", "1", "--wait=false")).Code.ShouldBe(ExitCodes.Ok);

        (await cli.Api.Client.Of<Model>().GetAsync(s_demo, CancellationToken.None)).Spec.Source!.Text.ShouldBe("/models/b.gguf");
        (await cli.Api.Client.Of<InferenceService>().GetAsync(s_demo, CancellationToken.None)).Spec.Replicas.ShouldBe(1);
    }

    [Fact]
    public async Task A_dry_run_prints_what_kubectl_could_apply_and_changes_nothing()
    {
        await using var cli = await CliUnderTest.StartAsync();
        var outcome = await cli.RunAsync("deploy", "demo", "--source", "/models/a.gguf", "--dry-run", "-o", "yaml");
        outcome.Code.ShouldBe(ExitCodes.Ok);
        YamlText.ParseAll(outcome.Output).Select(document => document!["kind"]!.GetValue<string>()).ShouldBe(["Model", "InferenceService"]);
        outcome.Output.ShouldNotContain("resourceVersion");
        (await cli.Api.Client.Of<Model>().FindAsync(s_demo, CancellationToken.None)).ShouldBeNull();

        JsonNode.Parse((await cli.RunAsync("deploy", "demo", "--source", "/models/a.gguf", "--dry-run", "-o", "json")).Output)!["items"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_value_that_the_schema_refuses_names_its_field()
    {
        await using var cli = await CliUnderTest.StartAsync();
        var outcome = await cli.RunAsync("deploy", "demo", "--source", "/models/a.gguf", "--context-size", "-5", "--wait=false");
        outcome.Code.ShouldBe(ExitCodes.Failed);
        outcome.Error.ShouldContain("spec.contextSize");
        outcome.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Deploy_does_not_wait_for_what_a_person_must_mend()
    {
        await using var cli = await CliUnderTest.StartAsync();
        await cli.AddAsync("demo");
        IReadOnlyList<Condition> stalled = [new Condition { Type = "Stalled", Status = Condition.True, Reason = "ModelNotReady", Message = "Bring the file.", LastTransitionTime = cli.Time.GetUtcNow() }];
        var apply = new ApplyOptions("test") { Subresource = "status" };
        var metadata = new ObjectMeta { Name = "demo", Namespace = "default" };
        await cli.Api.Client.Of<Model>().ApplyAsync(
            new Model { Metadata = metadata, Status = new ModelStatus { Phase = "Failed", ObservedGeneration = 1, Conditions = stalled } }, apply, CancellationToken.None);
        await cli.Api.Client.Of<InferenceService>().ApplyAsync(
            new InferenceService { Metadata = metadata, Status = new InferenceServiceStatus { Phase = "Pending", ObservedGeneration = 1, Conditions = stalled } }, apply, CancellationToken.None);

        var outcome = await cli.RunAsync("deploy", "demo", "--source", "/models/demo.gguf", "--replicas", "2");
        outcome.Code.ShouldBe(ExitCodes.Blocked);
        outcome.Error.ShouldContain("Bring the file.");
    }

    [Fact]
    public async Task Scale_and_delete_do_what_they_say()
    {
        await using var cli = await CliUnderTest.StartAsync();
        await cli.AddAsync("demo");
        (await cli.RunAsync("scale", "demo", "--replicas", "5")).Code.ShouldBe(ExitCodes.Ok);
        (await cli.Api.Client.Of<InferenceService>().GetAsync(s_demo, CancellationToken.None)).Spec.Replicas.ShouldBe(5);

        (await cli.RunAsync("delete", "demo")).Code.ShouldBe(ExitCodes.Ok);
        (await cli.Api.Client.Of<InferenceService>().FindAsync(s_demo, CancellationToken.None)).ShouldBeNull();
        (await cli.Api.Client.Of<Model>().FindAsync(s_demo, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Delete_does_not_wait_for_ever_for_a_replica_that_stays()
    {
        await using var cli = await CliUnderTest.StartAsync();
        await cli.AddAsync("demo");
        await cli.Api.Client.Of(new ResourceDefinition("", "v1", "Pod", "pods", Namespaced: true)).ApplyAsync(
            new DynamicObject(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Pod",
                ["metadata"] = new JsonObject { ["name"] = "demo-0", ["namespace"] = "default", ["labels"] = new JsonObject { ["app"] = "demo", ["inference.llmkube.dev/service"] = "demo" } },
                ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "engine", ["image"] = "engine" }) },
            }),
            new ApplyOptions("test"),
            CancellationToken.None);
        var outcome = await cli.RunAsync("delete", "demo", "--timeout", "1s");
        outcome.Code.ShouldBe(ExitCodes.TimedOut);
        outcome.Error.ShouldContain("demo-0");
    }

    private static List<string[]> Fields(string output) => [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r').Split('\t'))];
}
