using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;
using LlmKube.Router.Routing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmKube.Router.Tests.Fixtures;

/// <summary>A router on a free port with the routes that a test gives it, and a client of it.</summary>
internal sealed class RouterUnderTest : IAsyncDisposable
{
    private readonly RouterServer _server;

    private RouterUnderTest(RouterServer server, CurrentRoutes routes)
    {
        _server = server;
        Routes = routes;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }, disposeHandler: true) { BaseAddress = server.Url, Timeout = TimeSpan.FromSeconds(30) };
    }

    public Uri Url => _server.Url;

    public RouterServer Server => _server;

    public CurrentRoutes Routes { get; }

    public HttpClient Client { get; }

    public static async Task<RouterUnderTest> StartAsync(RouterOptions options, params ModelTarget[] targets)
    {
        var routes = new CurrentRoutes();
        routes.Swap(new RouteTable(targets));
        return await StartAsync(options, routes);
    }

    public static async Task<RouterUnderTest> StartAsync(RouterOptions options, CurrentRoutes routes)
    {
        var server = await RouterServer.StartAsync(options with { Port = 0 }, routes, TimeProvider.System, NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        return new RouterUnderTest(server, routes);
    }

    /// <summary>One model, <c>default/demo</c>, at these endpoints.</summary>
    public static Task<RouterUnderTest> WithDemoAsync(params BackendEndpoint[] endpoints) => StartAsync(new RouterOptions(), Ready("default", "demo", endpoints));

    public static ModelTarget Ready(string ns, string name, params BackendEndpoint[] endpoints) =>
        new(new ObjectKey(ns, name), name, new TargetState.Ready([.. endpoints]));

    public static ModelTarget NotReady(string ns, string name, string reason) =>
        new(new ObjectKey(ns, name), name, new TargetState.NoneReady(reason));

    public static StringContent Chat(string model = "demo", bool stream = false) => Json(
        $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"hi"}]}""");

    public static StringContent Json(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    /// <summary>Sends a chat request and returns when its headers are here.</summary>
    public Task<HttpResponseMessage> ChatAsync(string model = "demo", bool stream = false) => SendAsync("/v1/chat/completions", Chat(model, stream));

    public Task<HttpResponseMessage> SendAsync(string path, HttpContent body)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        return Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>The <c>error</c> object of an answer.</summary>
    public static async Task<JsonObject> ErrorOfAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return JsonNode.Parse(text)!["error"]!.AsObject();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
    }
}
