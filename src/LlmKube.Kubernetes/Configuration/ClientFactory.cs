using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Client.Requests;

namespace LlmKube.Kubernetes.Configuration;

/// <summary>Makes clients that know their server, sign in, and notice a connection that died quietly.</summary>
public static class ClientFactory
{
    private static readonly TimeSpan s_pingInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pingPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_connectPatience = TimeSpan.FromSeconds(30);

    /// <summary>A client that signs in as <paramref name="configuration"/> says.</summary>
    /// <param name="configuration">The server and the credentials.</param>
    /// <param name="userAgent">Version and role, as the server's logs show them: <c>llmkube/0.1.0 (operator)</c>.</param>
    /// <param name="time">The client's clock.</param>
    public static KubernetesClient Create(ClientConfiguration configuration, string userAgent, TimeProvider? time = null)
    {
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = s_connectPatience,
            KeepAlivePingDelay = s_pingInterval,
            KeepAlivePingTimeout = s_pingPatience,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            EnableMultipleHttp2Connections = true,
            SslOptions = TlsOf(configuration),
        };
        if (configuration.Proxy is { } proxy)
        {
            sockets.Proxy = new WebProxy(proxy);
        }

        HttpMessageHandler signedIn = configuration.Token is { } token ? new TokenHandler(token, sockets) : sockets;
        var http = new HttpClient(WithManners(signedIn, configuration, time ?? TimeProvider.System))
        {
            BaseAddress = configuration.Server,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        http.DefaultRequestHeaders.UserAgent.ParseAdd(userAgent);
        return new KubernetesClient(http, time);
    }

    /// <summary>From the outside in: what the caller waits for is measured; each try takes a turn.</summary>
    internal static HttpMessageHandler WithManners(HttpMessageHandler inner, ClientConfiguration configuration, TimeProvider time)
    {
        var metrics = new RequestMetrics();
        var paced = new PacingHandler(new RequestPacer(configuration.RequestsPerSecond, configuration.Burst, time), metrics, time, inner);
        return new MeteringHandler(metrics, time, new RetryHandler(metrics, time, paced));
    }

    private static SslClientAuthenticationOptions TlsOf(ClientConfiguration configuration)
    {
        var options = new SslClientAuthenticationOptions();
        if (configuration.TlsServerName is { Length: > 0 } name)
        {
            options.TargetHost = name;
        }

        if (configuration.ClientCertificate is { } certificate)
        {
            options.ClientCertificates = [certificate];
        }

        if (configuration.InsecureSkipTlsVerify)
        {
#pragma warning disable CA5359 // The user asked for exactly this: insecure-skip-tls-verify in the kubeconfig.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (configuration.TrustedRoots is { } roots)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(roots);
            options.CertificateChainPolicy = policy;
        }

        return options;
    }

    private sealed class TokenHandler(ITokenSource token, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var value = await SignAsync(request, cancellationToken);
            var response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.Unauthorized || value is null || !token.Forget(value))
            {
                return response;
            }

            // The token was rotated, or taken back early: a new one gets one try.
            if (await SignAsync(request, cancellationToken) == value)
            {
                return response;
            }

            response.Dispose();
            return await base.SendAsync(request, cancellationToken);
        }

        private async Task<string?> SignAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var value = await token.GetAsync(cancellationToken);
            request.Headers.Authorization = string.IsNullOrEmpty(value) ? null : new AuthenticationHeaderValue("Bearer", value);
            return value;
        }
    }
}
