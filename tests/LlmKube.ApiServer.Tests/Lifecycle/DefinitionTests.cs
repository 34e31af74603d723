using System.Net;
using System.Text.Json.Nodes;
using LlmKube.TestKit;
using Shouldly;
using Xunit;
using static LlmKube.ApiServer.Tests.Things;

namespace LlmKube.ApiServer.Tests.Lifecycle;

/// <summary>Custom kinds: from their definition to their end.</summary>
public sealed class DefinitionTests
{
    [Fact]
    public async Task A_definition_is_served_with_the_answer_to_its_creation()
    {
        await using var api = await ApiServerFixture.StartAsync();

        var created = await api.CreateAsync(Definitions, Definition());

        created["status"]!["conditions"]!.AsArray().ShouldContain(condition => condition.Text("type") == "Established" && condition.Text("status") == "True");
        created["status"]!["storedVersions"]!.ToJsonString().ShouldBe("[\"v1\"]");
        created.Text("status", "acceptedNames", "singular").ShouldBe("thing");
        (await api.GetAsync("/apis/example.com/v1")).Body["resources"]!.AsArray().ShouldContain(resource => resource.Text("name") == "things/scale");
        await api.CreateAsync(InDefault, Thing("a"));
        (await api.GetAsync("/openapi/v3/apis/example.com/v1")).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Objects_are_defaulted_pruned_and_validated_by_their_schema()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(Definitions, Definition());
        var body = Thing("a");
        body["spec"]!["unknown"] = 1;

        var created = await api.CreateAsync(InDefault, body);
        created["spec"]!.ToJsonString().ShouldBe("""{"size":"small","replicas":1}""");

        var (code, status) = await api.PostAsync(InDefault, Thing("b", "medium"));
        code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        status.Text("message").ShouldBe(
            "Thing.example.com \"b\" is invalid: spec.size: Unsupported value: \"medium\": supported values: \"small\", \"large\"");
        status["details"]!["causes"]![0].Text("field").ShouldBe("spec.size");
    }

    [Fact]
    public async Task Status_is_written_through_its_path_only_and_generation_counts_wishes_only()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(Definitions, Definition());
        var body = Thing("a");
        body["status"] = new JsonObject { ["phase"] = "Faked" };
        var created = await api.CreateAsync(InDefault, body);
        created["status"].ShouldBeNull();
        created.Text("metadata", "generation").ShouldBe("1");

        var both = (JsonObject)JsonNode.Parse("""{"spec":{"size":"large"},"status":{"phase":"Done"}}""")!;
        var (_, afterStatus) = await api.PatchAsync($"{InDefault}/a/status", both);
        afterStatus.Text("spec", "size").ShouldBe("small");
        afterStatus.Text("status", "phase").ShouldBe("Done");
        afterStatus.Text("metadata", "generation").ShouldBe("1");

        both["status"]!["phase"] = "Ignored";
        var (_, afterSpec) = await api.PatchAsync($"{InDefault}/a", both);
        afterSpec.Text("spec", "size").ShouldBe("large");
        afterSpec.Text("status", "phase").ShouldBe("Done");
        afterSpec.Text("metadata", "generation").ShouldBe("2");

        var (_, labelled) = await api.PatchAsync($"{InDefault}/a", JsonNode.Parse("""{"metadata":{"labels":{"a":"b"}}}""")!);
        labelled.Text("metadata", "generation").ShouldBe("2");
    }

    [Fact]
    public async Task A_put_without_a_version_is_refused_for_custom_kinds()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(Definitions, Definition());
        await api.CreateAsync(InDefault, Thing("a"));

        var (code, status) = await api.PutAsync($"{InDefault}/a", Thing("a", "large"));

        code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        status.Text("message")!.ShouldContain("metadata.resourceVersion: Invalid value: 0: must be specified for an update");
    }

    [Fact]
    public async Task Scale_reads_and_writes_the_replicas()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(Definitions, Definition());
        await api.CreateAsync(InDefault, Thing("a"));
        await api.PatchAsync($"{InDefault}/a/status", JsonNode.Parse("""{"status":{"replicas":1,"selector":"app=a"}}""")!);

        var (_, scale) = await api.GetAsync($"{InDefault}/a/scale");
        scale.Text("kind").ShouldBe("Scale");
        scale.Text("spec", "replicas").ShouldBe("1");
        scale.Text("status", "selector").ShouldBe("app=a");

        var (code, patched) = await api.PatchAsync($"{InDefault}/a/scale", JsonNode.Parse("""{"spec":{"replicas":4}}""")!);
        code.ShouldBe(HttpStatusCode.OK);
        patched.Text("spec", "replicas").ShouldBe("4");
        (await api.GetAsync($"{InDefault}/a")).Body.Text("metadata", "generation").ShouldBe("2");
        (await api.PatchAsync($"{InDefault}/a/scale", JsonNode.Parse("""{"spec":{"replicas":-1}}""")!)).Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Versions_are_views_of_the_same_object()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(Definitions, Definition());
        await api.CreateAsync(InDefault, Thing("a"));

        var (_, alpha) = await api.GetAsync("/apis/example.com/v1alpha1/namespaces/default/things/a");
        alpha.Text("apiVersion").ShouldBe("example.com/v1alpha1");
        alpha.Text("spec", "size").ShouldBe("small");
        var (_, list) = await api.GetAsync("/apis/example.com/v1alpha1/things");
        list["items"]![0].Text("apiVersion").ShouldBe("example.com/v1alpha1");
    }

    [Fact]
    public async Task Deleting_a_definition_deletes_its_objects_and_waits_for_those_that_are_held()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(Definitions, Definition());
        await api.CreateAsync(InDefault, Thing("free"));
        var held = Thing("held");
        held["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        await api.CreateAsync(InDefault, held);

        await api.DeleteAsync($"{Definitions}/things.example.com");
        await api.GoneAsync($"{InDefault}/free");
        var (code, _) = await api.PostAsync(InDefault, Thing("late"));
        code.ShouldBe(HttpStatusCode.MethodNotAllowed);
        await api.EventuallyAsync($"{Definitions}/things.example.com", (_, body) =>
            body["status"]!["conditions"]!.AsArray().Any(condition => condition.Text("type") == "Terminating"));

        await api.PatchAsync($"{InDefault}/held", JsonNode.Parse("""{"metadata":{"finalizers":null}}""")!);
        await api.GoneAsync($"{Definitions}/things.example.com");
        (await api.GetAsync(InDefault)).Code.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_definition_whose_names_are_taken_is_served_once_they_are_free()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(Definitions, Definition());
        var rival = Definition();
        rival["metadata"]!["name"] = "rivals.example.com";
        rival["spec"]!["names"]!["plural"] = "rivals";
        rival["spec"]!["names"]!["shortNames"] = new JsonArray();

        var created = await api.CreateAsync(Definitions, rival);
        created["status"]!["conditions"]!.AsArray().ShouldContain(condition => condition.Text("type") == "NamesAccepted" && condition.Text("status") == "False");
        (await api.GetAsync("/apis/example.com/v1/rivals")).Code.ShouldBe(HttpStatusCode.NotFound);

        await api.DeleteAsync($"{Definitions}/things.example.com");
        await api.EventuallyAsync("/apis/example.com/v1/rivals", (code, _) => code == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_definition_that_is_wrong_is_invalid()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var wrong = Definition();
        wrong["spec"]!["versions"]![1]!["storage"] = true;

        var (code, status) = await api.PostAsync(Definitions, wrong);

        code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        status.Text("message")!.ShouldContain("must have exactly one version marked as storage version");
    }

    [Fact]
    public async Task The_hosts_definitions_are_there_from_the_start()
    {
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { CustomResourceDefinitions = [Definition()] });

        await api.CreateAsync(InDefault, Thing("a"));
    }
}
