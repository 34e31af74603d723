using System.Net;
using System.Text.Json.Nodes;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests;

/// <summary><c>llmkube chat</c>, with an engine that says what it was asked.</summary>
public sealed class ChatTests : IAsyncLifetime
{
    private readonly WebApplication _engine = BuildEngine();
    private string? _authorization = "not asked";

    private Uri Url => new(_engine.Urls.First());

    public async ValueTask InitializeAsync()
    {
        _engine.MapPost("/v1/chat/completions", async (HttpContext context) =>
        {
            _authorization = context.Request.Headers.Authorization;
            var asked = (await JsonNode.ParseAsync(context.Request.Body))!["messages"]!.AsArray().Last()!["content"]!.GetValue<string>();
            if (asked == "fail")
            {
                context.Response.StatusCode = 400;
                await context.Response.WriteAsync("""{"error":{"message":"this is too much for me"}}""");
                return;
            }

            context.Response.ContentType = "text/event-stream";
            foreach (var word in (string[])["You said: ", asked])
            {
                await context.Response.WriteAsync($"data: {new JsonObject { ["choices"] = new JsonArray(new JsonObject { ["delta"] = new JsonObject { ["content"] = word } }) }.ToJsonString()}\n\n");
                await context.Response.Body.FlushAsync();
            }

            await context.Response.WriteAsync("data: [DONE]\n\n");
        });
        await _engine.StartAsync();
    }

    public async ValueTask DisposeAsync() => await _engine.DisposeAsync();

    [Fact]
    public async Task An_endpoint_that_can_be_reached_is_asked_directly()
    {
        await using var cli = await CliUnderTest.StartAsync();
        await cli.AddAsync("demo", endpoint: new Uri(Url, "/v1/chat/completions").ToString());
        var outcome = await cli.RunAsync("chat", "demo", "Hello");
        outcome.Code.ShouldBe(ExitCodes.Ok);
        outcome.Output.ShouldBe($"You said: Hello{Environment.NewLine}");
    }

    [Fact]
    public async Task An_address_of_the_clusters_own_is_reached_through_the_API_server_which_keeps_its_credentials()
    {
        await using var cli = await CliUnderTest.StartAsync();
        await cli.AddAsync("demo", endpoint: "http://demo.default.svc.cluster.local:8080/v1/chat/completions");
        await ExposeAsync(cli);

        var outcome = await cli.RunAsync("chat", "demo", "Hello");
        outcome.Error.ShouldBeEmpty();
        outcome.Output.ShouldBe($"You said: Hello{Environment.NewLine}");
        _authorization.ShouldBeNullOrEmpty();
    }

    [Fact]
    public async Task An_engines_refusal_is_told_in_its_words()
    {
        await using var cli = await CliUnderTest.StartAsync();
        await cli.AddAsync("demo", endpoint: new Uri(Url, "/v1/chat/completions").ToString());
        var outcome = await cli.RunAsync("chat", "demo", "fail");
        outcome.Code.ShouldBe(ExitCodes.Failed);
        outcome.Error.ShouldContain("this is too much for me");
    }

    [Fact]
    public async Task A_service_without_endpoints_is_said_to_have_none()
    {
        await using var cli = await CliUnderTest.StartAsync();
        await cli.AddAsync("demo", endpoint: "http://demo.default.svc.cluster.local:8080/v1/chat/completions");
        await ExposeAsync(cli, ready: false);
        var outcome = await cli.RunAsync("chat", "demo", "Hello");
        outcome.Code.ShouldBe(ExitCodes.Failed);
        outcome.Error.ShouldContain("no endpoints available");
    }

    private async Task ExposeAsync(CliUnderTest cli, bool ready = true)
    {
        var apply = new ApplyOptions("test");
        await cli.Api.Client.Of<Service>().ApplyAsync(
            new Service { Metadata = new ObjectMeta { Name = "demo", Namespace = "default" }, Spec = new ServiceSpec { Ports = [new ServicePort { Name = "http", Port = 8080 }] } }, apply, CancellationToken.None);
        await cli.Api.Client.Of<EndpointSlice>().ApplyAsync(
            new EndpointSlice
            {
                Metadata = new ObjectMeta { Name = "demo-1", Namespace = "default", Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["kubernetes.io/service-name"] = "demo" } },
                AddressType = "IPv4",
                Ports = [new EndpointPort { Name = "http", Port = Url.Port, Protocol = "TCP" }],
                Endpoints = [new Kubernetes.Objects.Core.Endpoint { Addresses = [Url.Host], Conditions = new EndpointConditions { Ready = ready } }],
            },
            apply,
            CancellationToken.None);
    }

    private static WebApplication BuildEngine()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        return builder.Build();
    }
}
