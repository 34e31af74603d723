using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Http;
using LlmKube.Kubernetes.Objects;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Verbs;

/// <summary>Logs and eviction.</summary>
public sealed class PodTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";

    [Fact]
    public async Task A_log_is_what_its_source_writes_line_by_line()
    {
        var source = new OneLog();
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { PodLogs = source });
        await api.CreateAsync(Pods, Pod("p", "engine"));

        using var response = await api.SendRawAsync(HttpMethod.Get, $"{Pods}/p/log?follow=true&tailLines=7&sinceSeconds=60&previous=true");
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());

        (await lines.ReadLineAsync()).ShouldBe("first of default/p");
        source.GoOn.SetResult();
        (await lines.ReadLineAsync()).ShouldBe("second");
        (await lines.ReadLineAsync()).ShouldBeNull();
        source.Query!.Container.ShouldBe("engine");
        source.Query.Follow.ShouldBeTrue();
        source.Query.Previous.ShouldBeTrue();
        source.Query.TailLines.ShouldBe(7);
        source.Query.Since.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_pod_without_a_log_is_a_bad_request_that_names_the_container()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(Pods, Pod("p", "engine"));

        var (code, status) = await api.GetAsync($"{Pods}/p/log");

        code.ShouldBe(HttpStatusCode.BadRequest);
        status.Text("message")!.ShouldContain("container \"engine\" in pod \"p\" not found");
    }

    [Fact]
    public async Task Of_several_containers_one_must_be_named()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(Pods, Pod("p", "one", "two"));

        (await api.GetAsync($"{Pods}/p/log")).Body.Text("message").ShouldBe("a container name must be specified for pod p, choose one of: [one two]");
        (await api.GetAsync($"{Pods}/p/log?container=three")).Body.Text("message").ShouldBe("container three is not valid for pod p");
    }

    [Fact]
    public async Task Eviction_deletes_the_pod()
    {
        await using var api = await ApiServerFixture.StartAsync();
        await api.CreateAsync(Pods, Pod("p", "engine"));

        var (code, _) = await api.PostAsync($"{Pods}/p/eviction", JsonNode.Parse("""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}}""")!);

        code.ShouldBe(HttpStatusCode.Created);
        (await api.GetAsync($"{Pods}/p")).Code.ShouldBe(HttpStatusCode.NotFound);
    }

    private static JsonObject Pod(string name, params string[] containers) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject
        {
            ["containers"] = new JsonArray([.. containers.Select(container => new JsonObject { ["name"] = container, ["image"] = "none" })]),
        },
    };

    /// <summary>Writes a line, waits to be told, and writes another.</summary>
    private sealed class OneLog : IPodLogSource
    {
        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public PodLogQuery? Query { get; private set; }

        public async Task<bool> WriteAsync(ObjectKey pod, PodLogQuery query, Stream output, CancellationToken cancellationToken)
        {
            Query = query;
            await output.WriteAsync(Encoding.UTF8.GetBytes($"first of {pod}\n"), cancellationToken);
            await output.FlushAsync(cancellationToken);
            await GoOn.Task.WaitAsync(cancellationToken);
            await output.WriteAsync("second\n"u8.ToArray(), cancellationToken);
            return true;
        }
    }
}
