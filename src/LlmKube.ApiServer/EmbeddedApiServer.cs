using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using LlmKube.ApiServer.Collection;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Lifecycle;
using LlmKube.ApiServer.Security;
using LlmKube.ApiServer.Storage;
using LlmKube.ApiServer.Verbs;
using LlmKube.Kubernetes.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace LlmKube.ApiServer;

/// <summary>
/// A Kubernetes API server in this process, for one machine: the product under <c>llmkube up</c>, and the test double
/// of every test that needs an API server.
/// </summary>
public sealed partial class EmbeddedApiServer : IAsyncDisposable
{
    private readonly ObjectStore _store;
    private readonly ServerIdentity _identity;
    private readonly WebApplication _web;
    private readonly Housekeeping _housekeeping;
    private readonly EventExpiry _eventExpiry;
    private readonly CancellationTokenSource _stopping;
    private readonly string? _temporaryDirectory;
    private int _stopped;

    private EmbeddedApiServer(
        ObjectStore store, ServerIdentity identity, WebApplication web, Housekeeping housekeeping, EventExpiry eventExpiry,
        CancellationTokenSource stopping, Uri url, string kubeConfigPath, string? temporaryDirectory)
    {
        _store = store;
        _identity = identity;
        _web = web;
        _housekeeping = housekeeping;
        _eventExpiry = eventExpiry;
        _stopping = stopping;
        _temporaryDirectory = temporaryDirectory;
        Url = url;
        KubeConfigPath = kubeConfigPath;
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>A kubeconfig for it, readable by its owner only.</summary>
    public string KubeConfigPath { get; }

    /// <summary>Starts and returns once every request is answered.</summary>
    /// <exception cref="IOException">The port is taken, or the data directory is in use; the message says which and what to do.</exception>
    /// <exception cref="InvalidDataException">The stored data is damaged, or a definition is wrong.</exception>
    public static async Task<EmbeddedApiServer> StartAsync(EmbeddedApiServerOptions options, CancellationToken cancellationToken)
    {
        var logger = options.LoggerFactory.CreateLogger<EmbeddedApiServer>();
        var store = options.DataDirectory is { } data
            ? ObjectStore.Open(Path.Combine(data, "store"), options.CompactJournalAtBytes, options.HistoryCapacity, logger)
            : ObjectStore.InMemory(options.HistoryCapacity);
        var stopping = new CancellationTokenSource();
        ServerIdentity? identity = null;
        WebApplication? web = null;
        try
        {
            var kinds = new KindRegistry();
            var registrar = new DefinitionRegistrar(kinds, logger);
            registrar.Load(store.State);
            store.AddObserver(registrar.Observe);
            var pages = new PageSnapshots(options.Time);
            var context = new ServerContext(store, kinds, pages, options.Admission, options.PodLogs, options.Faults, options.Time, logger) { Stopping = stopping.Token };
            options.Faults.HistoryExpired = cutOpenWatches =>
            {
                store.ExpireHistory(cutOpenWatches);
                pages.Expire();
            };
            var definitions = new DefinitionStatus(kinds, options.Time);
            await new Bootstrap(context, definitions).RunAsync(options.CustomResourceDefinitions);

            var hosts = options.HostNames.Append(options.Address.ToString()).Where(host => host is not ("0.0.0.0" or "::")).ToList();

            // Peers hold certificates against the real clock, whatever time the server's own timers are told.
            identity = ServerIdentity.LoadOrCreate(options.DataDirectory is null ? null : Path.Combine(options.DataDirectory, "pki"), hosts, TimeProvider.System);
            var router = new RequestRouter(context, new ResourceVerbs(context, definitions), new ApiDocumentSource(kinds));
            var pipeline = new RequestPipeline(context, new Authenticator(identity, TimeProvider.System), router);
            (web, var url) = await WebHost.StartAsync(options, identity, pipeline, cancellationToken);

            var temporary = options.KubeConfigPath is null && options.DataDirectory is null ? Directory.CreateTempSubdirectory("llmkube-").FullName : null;
            var kubeConfig = options.KubeConfigPath ?? Path.Combine(temporary ?? options.DataDirectory!, "kubeconfig");
            KubeConfigFile.Write(kubeConfig, url, identity);
            var housekeeping = new Housekeeping(context, definitions);
            housekeeping.Start();
            var eventExpiry = new EventExpiry(context);
            eventExpiry.Start();
            LogStarted(logger, url, store.State.Revision);
            return new EmbeddedApiServer(store, identity, web, housekeeping, eventExpiry, stopping, url, kubeConfig, temporary);
        }
        catch
        {
            if (web is not null)
            {
                await web.DisposeAsync();
            }

            identity?.Dispose();
            await store.DisposeAsync();
            stopping.Dispose();
            throw;
        }
    }

    /// <summary>A client with the administrator's rights. The caller disposes it.</summary>
    public KubernetesClient CreateClient() => new(CreateHttpClient());

    /// <summary>The same, as plain HTTP with the base address set. The caller disposes it.</summary>
    public HttpClient CreateHttpClient()
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(_identity.Authority.RawData));
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust },
            EnableMultipleHttp2Connections = true,
            UseProxy = false,
        };
        var http = new HttpClient(handler, disposeHandler: true)
        {
            BaseAddress = Url,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _identity.Token);
        return http;
    }

    /// <summary>Ends watches and answers what is in flight; what was acknowledged is on the disk.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _web.StopAsync(cancellationToken);
        await _eventExpiry.DisposeAsync();
        await _housekeeping.DisposeAsync();
        await _store.DisposeAsync();
        await _web.DisposeAsync();
        _identity.Dispose();
        _stopping.Dispose();
        if (_temporaryDirectory is not null)
        {
            Directory.Delete(_temporaryDirectory, recursive: true);
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    [LoggerMessage(Level = LogLevel.Information, EventName = "ApiServerStarted", Message = "The API server listens on {Url} with revision {Revision}.")]
    private static partial void LogStarted(ILogger logger, Uri url, long revision);
}
