using LlmKube.ApiServer;
using LlmKube.Kubernetes.Client;

namespace LlmKube.TestKit;

/// <summary>
/// A real API server for one test, in memory unless told otherwise: <c>await using var api = await ApiServerFixture.StartAsync();</c>
/// </summary>
public sealed class ApiServerFixture : IAsyncDisposable
{
    private ApiServerFixture(EmbeddedApiServer server, Faults faults)
    {
        Server = server;
        Faults = faults;
        Client = server.CreateClient();
        Http = server.CreateHttpClient();
    }

    public EmbeddedApiServer Server { get; }

    /// <summary>Signed in with the administrator's rights.</summary>
    public KubernetesClient Client { get; }

    /// <summary>The same, for raw requests.</summary>
    public HttpClient Http { get; }

    public Uri Url => Server.Url;

    public string KubeConfigPath => Server.KubeConfigPath;

    /// <summary>Trouble on demand: cut watches, delays, 429, 500, lost answers, expired history.</summary>
    public Faults Faults { get; }

    public static Task<ApiServerFixture> StartAsync() => StartAsync(new EmbeddedApiServerOptions());

    public static async Task<ApiServerFixture> StartAsync(EmbeddedApiServerOptions options) =>
        new(await EmbeddedApiServer.StartAsync(options, CancellationToken.None), options.Faults);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Http.Dispose();
        await Server.DisposeAsync();
    }
}
