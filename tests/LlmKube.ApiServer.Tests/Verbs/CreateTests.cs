using System.Net;
using System.Text.Json.Nodes;
using LlmKube.TestKit;
using Shouldly;
using Xunit;
using static LlmKube.ApiServer.Tests.ApiCalls;

namespace LlmKube.ApiServer.Tests.Verbs;

/// <summary>Creating objects: what the server sets, and what it refuses.</summary>
public sealed class CreateTests
{
    [Fact]
    public async Task A_created_object_gets_its_identity_from_the_server()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var sent = ConfigMap("a", data: ("k", "v"));
        sent["metadata"]!["uid"] = "mine";
        sent["metadata"]!["creationTimestamp"] = "1999-01-01T00:00:00Z";

        var created = await api.CreateAsync(ConfigMaps, sent);

        Guid.TryParse(created.Text("metadata", "uid"), out _).ShouldBeTrue();
        created.Text("metadata", "creationTimestamp").ShouldNotBe("1999-01-01T00:00:00Z", StringComparer.Ordinal);
        long.Parse(created.Text("metadata", "resourceVersion")!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
        created.Text("data", "k").ShouldBe("v");
        var (code, read) = await api.GetAsync($"{ConfigMaps}/a");
        code.ShouldBe(HttpStatusCode.OK);
        JsonNode.DeepEquals(read, created).ShouldBeTrue();
    }

    [Fact]
    public async Task A_second_object_of_the_name_already_exists()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));

        var (code, status) = await api.PostAsync(ConfigMaps, ConfigMap("a"));

        code.ShouldBe(HttpStatusCode.Conflict);
        status.Text("reason").ShouldBe("AlreadyExists");
        status.Text("message").ShouldBe("configmaps \"a\" already exists");
        status.Text("details", "kind").ShouldBe("configmaps");
        status.Text("details", "name").ShouldBe("a");
    }

    [Fact]
    public async Task A_missing_namespace_is_not_found()
    {
        await using var api = await ApiServerFixture.StartAsync();

        var (code, status) = await api.PostAsync("/api/v1/namespaces/nowhere/configmaps", ConfigMap("a", "nowhere"));

        code.ShouldBe(HttpStatusCode.NotFound);
        status.Text("message").ShouldBe("namespaces \"nowhere\" not found");
    }

    [Fact]
    public async Task A_generated_name_begins_with_its_prefix_and_is_each_time_another()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var body = ConfigMap("x");
        body["metadata"] = new JsonObject { ["generateName"] = "run-" };

        var first = await api.CreateAsync(ConfigMaps, body);
        var second = await api.CreateAsync(ConfigMaps, body);

        first.Text("metadata", "name")!.ShouldMatch("^run-[a-z0-9]{5}$");
        second.Text("metadata", "name").ShouldNotBe(first.Text("metadata", "name"), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_bad_name_is_invalid_with_the_field_as_cause()
    {
        await using var api = await ApiServerFixture.StartAsync();

        var (code, status) = await api.PostAsync(ConfigMaps, ConfigMap("Not_A_Name"));

        code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        status.Text("reason").ShouldBe("Invalid");
        status["details"]!["causes"]!.AsArray().ShouldHaveSingleItem().Text("field").ShouldBe("metadata.name");
        status.Text("message")!.ShouldStartWith("ConfigMap \"Not_A_Name\" is invalid: metadata.name: Invalid value: \"Not_A_Name\"");
    }

    [Theory]
    [InlineData("Strict", HttpStatusCode.BadRequest)]
    [InlineData("Warn", HttpStatusCode.Created)]
    [InlineData("Ignore", HttpStatusCode.Created)]
    public async Task An_unknown_field_is_refused_warned_of_or_dropped_as_the_client_wishes(string mode, HttpStatusCode expected)
    {
        await using var api = await ApiServerFixture.StartAsync();
        var body = ConfigMap("a");
        body["surprise"] = 1;

        using var response = await api.SendRawAsync(HttpMethod.Post, $"{ConfigMaps}?fieldValidation={mode}", body);

        response.StatusCode.ShouldBe(expected);
        response.Headers.TryGetValues("Warning", out var warnings).ShouldBe(mode == "Warn");
        if (mode == "Warn")
        {
            warnings!.ShouldHaveSingleItem().ShouldBe("299 - \"unknown field \\\"surprise\\\"\"");
        }

        JsonNode.Parse(await response.Content.ReadAsStringAsync())!["surprise"].ShouldBeNull();
    }

    [Fact]
    public async Task A_dry_run_answers_as_if_and_stores_nothing()
    {
        await using var api = await ApiServerFixture.StartAsync();

        var (code, body) = await api.PostAsync($"{ConfigMaps}?dryRun=All", ConfigMap("a", data: ("k", "v")));

        code.ShouldBe(HttpStatusCode.Created);
        body.Text("data", "k").ShouldBe("v");
        (await api.GetAsync($"{ConfigMaps}/a")).Code.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("ConfigMap", "v2")]
    [InlineData("Secret", "v1")]
    public async Task Another_kind_or_version_than_the_path_says_is_a_bad_request(string kind, string version)
    {
        await using var api = await ApiServerFixture.StartAsync();
        var body = ConfigMap("a");
        body["kind"] = kind;
        body["apiVersion"] = version;

        var (code, status) = await api.PostAsync(ConfigMaps, body);

        code.ShouldBe(HttpStatusCode.BadRequest);
        status.Text("reason").ShouldBe("BadRequest");
    }
}
