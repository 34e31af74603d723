using LlmKube.Agent;
using LlmKube.ApiServer;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Operator;
using LlmKube.Resources;
using LlmKube.Resources.Crds;
using LlmKube.Router;
using Microsoft.Extensions.Logging;

namespace LlmKube.Local;

/// <summary>The whole product in one process: API server, router, operator and agent, started in that order and stopped in reverse.</summary>
public sealed partial class LocalHost : IAsyncDisposable
{
    private readonly LocalOptions _options;
    private readonly HomeLock _homeLock;
    private readonly EmbeddedApiServer _api;
    private readonly RouterHost _router;
    private readonly List<KubernetesClient> _clients;
    private readonly CancellationTokenSource _stopping;
    private readonly Task _roles;
    private int _stopped;

    private LocalHost(
        LocalOptions options, HomeLock homeLock, EmbeddedApiServer api, RouterHost router, List<KubernetesClient> clients, CancellationTokenSource stopping, Task roles)
    {
        _options = options;
        _homeLock = homeLock;
        _api = api;
        _router = router;
        _clients = clients;
        _stopping = stopping;
        _roles = roles;
    }

    public Uri ApiServer => _api.Url;

    public Uri Router => _router.Url;

    public string KubeConfig => _api.KubeConfigPath;

    /// <summary>Ends when a part fails, or after the stop.</summary>
    public Task Completion => Task.WhenAny(_roles, _router.Completion).Unwrap();

    /// <summary>Starts everything; returns when requests are answered.</summary>
    /// <exception cref="LocalStartException">A port is taken, or another LLMKube runs for this home.</exception>
    public static async Task<LocalHost> StartAsync(LocalOptions options, CancellationToken cancellationToken)
    {
        CreatePrivateFolder(options.Home);
        var homeLock = HomeLock.Take(options.Home);
        EmbeddedApiServer? api = null;
        var clients = new List<KubernetesClient>();
        var stopping = new CancellationTokenSource();
        try
        {
            api = await StartApiServerAsync(options, cancellationToken);
            var router = await StartRouterAsync(options, Client(), cancellationToken);
            var logger = options.Logging.CreateLogger<LocalHost>();
            var failing = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
            var models = new LocalModels(options, Client());
            var claims = new ClaimFolders(options.Home, Client(), RoleOf(options, "llmkube-volumes"));
            var roles = RunRolesAsync(
                failing,
                claims.RunAsync(failing.Token),
                OperatorHost.RunAsync(Client(), models.ForOperator(router.Url, claims.Find), RoleOf(options, FieldManagers.Operator), failing.Token),
                AgentHost.RunAsync(Client(), AgentOptionsOf(options) with { Models = models.ForAgent() }, RoleOf(options, FieldManagers.Agent), failing.Token));
            var host = new LocalHost(options, homeLock, api, router, clients, stopping, roles);
            new RunState(Environment.ProcessId, host.ApiServer, host.Router, host.KubeConfig).Write(options.Home);
            LogStarted(logger, host.Router, host.ApiServer);
            return host;
        }
        catch
        {
            foreach (var client in clients)
            {
                client.Dispose();
            }

            if (api is not null)
            {
                await api.DisposeAsync();
            }

            stopping.Dispose();
            homeLock.Dispose();
            throw;
        }

        KubernetesClient Client()
        {
            var client = api.CreateClient();
            clients.Add(client);
            return client;
        }
    }

    /// <summary>Stops taking requests, ends the model servers, and closes the store. What was acknowledged is kept.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }

        RunState.Remove(_options.Home);
        await _router.StopAsync(CancellationToken.None);
        await _stopping.CancelAsync();
        await Task.WhenAny(_roles);
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await _api.DisposeAsync();
        await _router.DisposeAsync();
        _stopping.Dispose();
        _homeLock.Dispose();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static async Task<EmbeddedApiServer> StartApiServerAsync(LocalOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await EmbeddedApiServer.StartAsync(
                new EmbeddedApiServerOptions
                {
                    DataDirectory = Path.Combine(options.Home, "apiserver"),
                    Address = options.Address,
                    Port = options.ApiPort,
                    KubeConfigPath = Path.Combine(options.Home, "kubeconfig"),
                    Time = options.Time,
                    LoggerFactory = options.Logging,
                    Admission = new ResourceAdmission(),
                    PodLogs = new LogFileSource(pod => AgentLogs.PathOf(AgentHome(options), pod), options.Time),
                    CustomResourceDefinitions = CrdManifests.All,
                },
                cancellationToken);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new LocalStartException($"The API server cannot start: {e.Message} (Another port: --api-port.)", e);
        }
    }

    private static async Task<RouterHost> StartRouterAsync(LocalOptions options, KubernetesClient client, CancellationToken cancellationToken)
    {
        try
        {
            return await RouterHost.StartAsync(
                new RouterOptions { Address = options.Address, Port = options.RouterPort, PortOption = "--port" }, client, options.Time, options.Logging, cancellationToken);
        }
        catch (RouterStartException e)
        {
            throw new LocalStartException(e.Message, e);
        }
    }

    /// <summary>The roles run until one fails or all are stopped; one that fails stops the others.</summary>
    private static async Task RunRolesAsync(CancellationTokenSource failing, params Task[] roles)
    {
        using (failing)
        {
            var first = await Task.WhenAny(roles);
            await failing.CancelAsync();
            await Task.WhenAll(roles);
            await first;
        }
    }

    private static AgentOptions AgentOptionsOf(LocalOptions options) =>
        new() { Home = AgentHome(options), NodeName = options.NodeName, FindEngine = options.FindEngine };

    private static ControllerHostOptions RoleOf(LocalOptions options, string component) =>
        new() { Component = component, Identity = options.NodeName, Time = options.Time, Logging = options.Logging };

    private static string AgentHome(LocalOptions options) => Path.Combine(options.Home, "agent");

    private static void CreatePrivateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "Started", Message = "LLMKube is up: models at {Router}v1, the Kubernetes API at {ApiServer}")]
    private static partial void LogStarted(ILogger logger, Uri router, Uri apiServer);
}
