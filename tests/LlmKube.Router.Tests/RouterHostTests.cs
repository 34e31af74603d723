using System.Net;
using System.Text.Json.Nodes;
using LlmKube.ApiServer;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Resources;
using LlmKube.Resources.Crds;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Router.Routing;
using LlmKube.Router.Tests.Fixtures;
using LlmKube.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using static LlmKube.Router.Tests.Fixtures.RouterUnderTest;

namespace LlmKube.Router.Tests;

/// <summary>The whole router against a real API server: what is applied there is what answers here.</summary>
public sealed class RouterHostTests
{
    private static readonly ObjectKey s_slice = new("default", "demo-1");

    [Fact]
    public async Task Requests_follow_the_objects()
    {
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        await using var api = await StartApiAsync();
        await using var router = await StartAsync(api, TimeProvider.System);
        using var http = ClientOf(router);
        await BecomesAsync(http, HttpStatusCode.NotFound);

        await CreateAsync(api, engine.Endpoint, heartbeat: null);
        await BecomesAsync(http, HttpStatusCode.OK);

        await SetReadyAsync(api, engine.Endpoint, ready: false);
        await BecomesAsync(http, HttpStatusCode.ServiceUnavailable);

        await SetReadyAsync(api, engine.Endpoint, ready: true);
        await BecomesAsync(http, HttpStatusCode.OK);

        await api.Client.Of<InferenceService>().DeleteAsync(new ObjectKey("default", "demo"), new DeleteOptions(), CancellationToken.None);
        await BecomesAsync(http, HttpStatusCode.NotFound);
        await router.StopAsync(CancellationToken.None);
        router.Completion.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task An_agent_that_falls_silent_takes_its_endpoints_with_it()
    {
        var time = new ManualTime();
        await using var engine = await FakeEngine.AnsweringAsync("{}");
        await using var api = await StartApiAsync();
        await CreateAsync(api, engine.Endpoint, time.GetUtcNow());
        await using var router = await StartAsync(api, time);
        using var http = ClientOf(router);
        await BecomesAsync(http, HttpStatusCode.OK);

        time.Advance(TimeSpan.FromMinutes(2.9));
        await BecomesAsync(http, HttpStatusCode.OK);

        // Time goes on between two questions: the router may have looked at the clock just before it was put forward.
        await BecomesAsync(http, HttpStatusCode.ServiceUnavailable, () => time.Advance(TimeSpan.FromMinutes(0.2)));
    }

    private static Task<ApiServerFixture> StartApiAsync() => ApiServerFixture.StartAsync(
        new EmbeddedApiServerOptions { CustomResourceDefinitions = CrdManifests.All });

    private static Task<RouterHost> StartAsync(ApiServerFixture api, TimeProvider time) =>
        RouterHost.StartAsync(new RouterOptions { Port = 0 }, api.Client, time, NullLoggerFactory.Instance, CancellationToken.None);

    private static HttpClient ClientOf(RouterHost router) => new(new SocketsHttpHandler { UseProxy = false }, disposeHandler: true) { BaseAddress = router.Url };

    /// <summary>Asks until the answer has the status.</summary>
    private static async Task BecomesAsync(HttpClient http, HttpStatusCode status, Action? between = null)
    {
        using var deadline = new CancellationTokenSource(Deadlines.Patience, TimeProvider.System);
        while (true)
        {
            between?.Invoke();
            using var response = await http.PostAsync("/v1/chat/completions", Chat(), deadline.Token);
            if (response.StatusCode == status)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
        }
    }

    private static async Task CreateAsync(ApiServerFixture api, BackendEndpoint engine, DateTimeOffset? heartbeat)
    {
        await api.Client.Of<InferenceService>().CreateAsync(
            new InferenceService { Metadata = new ObjectMeta { Name = "demo", Namespace = "default" }, Spec = new InferenceServiceSpec { ModelRef = "demo" } },
            CancellationToken.None);
        await api.Client.Of<EndpointSlice>().CreateAsync(
            new EndpointSlice
            {
                Metadata = new ObjectMeta
                {
                    Name = s_slice.Name,
                    Namespace = s_slice.Namespace,
                    Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [Labels.ServiceName] = "demo" },
                    Annotations = heartbeat is { } at ? new Dictionary<string, string>(StringComparer.Ordinal) { [Annotations.AgentHeartbeat] = at.ToString("O") } : null,
                },
                AddressType = "IPv4",
                Ports = [new EndpointPort { Name = "http", Port = engine.Port, Protocol = "TCP" }],
                Endpoints = [new Endpoint { Addresses = [engine.Address], Conditions = new EndpointConditions { Ready = true } }],
            },
            CancellationToken.None);
    }

    private static Task<EndpointSlice> SetReadyAsync(ApiServerFixture api, BackendEndpoint engine, bool ready) => api.Client.Of<EndpointSlice>().PatchAsync(
        s_slice,
        Patch.Merge(new JsonObject
        {
            ["endpoints"] = new JsonArray(new JsonObject
            {
                ["addresses"] = new JsonArray(engine.Address),
                ["conditions"] = new JsonObject { ["ready"] = ready },
            }),
        }),
        new PatchOptions(),
        CancellationToken.None);
}
