using System.Net;
using System.Net.Sockets;
using LlmKube.Models.Backends.Http;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Backends.Network;

/// <summary>
/// Makes HTTP requests to a place with its own trust and credentials. Redirects are followed here and not below: no credential is
/// sent to another host, no redirect leads from https to http or in circles, and no denied address is reached.
/// </summary>
internal sealed class NetworkClient : IDisposable
{
    private const int MostRedirects = 10;
    private const int ConnectionsPerServer = 64;

    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _invoker;
    private readonly Connecting _connecting;
    private readonly NetworkOptions _options;
    private readonly bool _offline;

    private NetworkClient(SocketsHttpHandler handler, Connecting connecting, NetworkOptions options, bool offline)
    {
        (_handler, _connecting, _options, _offline) = (handler, connecting, options, offline);
        _invoker = new HttpMessageInvoker(_handler);
    }

    /// <summary>A client, or what is wrong with the credentials.</summary>
    public static (NetworkClient? Client, ModelFailure? Failure) Create(NetworkOptions options, ConnectOptions connect, ModelSource source)
    {
        var (tls, problem) = TlsSettings.From(connect.Credentials);
        if (tls is null || (problem = HttpCredentials.Fault(connect.Credentials)) is not null)
        {
            return (null, new ModelFailure(FailureKind.Unauthorized, $"{source} cannot be reached: {problem}. Correct the Secret."));
        }

        var connecting = new Connecting(options.DeniedNetworks);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            MaxConnectionsPerServer = ConnectionsPerServer,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = connecting.ConnectAsync,
            SslOptions = tls,
        };
        if (options.Proxy is { } proxy)
        {
            handler.Proxy = proxy;
        }

        return (new NetworkClient(handler, connecting, options, connect.Offline), null);
    }

    /// <summary>Sends a request and follows where it is led. The headers of the answer are read, its body is not.</summary>
    public async Task<Exchange> SendAsync(Ask ask, CancellationToken cancellationToken)
    {
        if (_offline)
        {
            return new Exchange(new ModelFailure(FailureKind.Offline, $"{Shown(ask.Url)} was not asked: this installation is offline, and what is wanted is not in the store. Import it with \"llmkube cache import\"."), ask.Url);
        }

        var url = ask.Url;
        for (var redirects = 0; ; redirects++)
        {
            if (Refuse(url) is { } refused)
            {
                return new Exchange(refused, url);
            }

            var (answer, failure) = await SendOnceAsync(ask, url, cancellationToken);
            if (failure is not null)
            {
                return new Exchange(failure, url);
            }

            if (!IsRedirect(answer!))
            {
                return new Exchange(answer!, url);
            }

            if (RedirectOf(answer!, url) is not { } next)
            {
                answer!.Dispose();
                return new Exchange(new ModelFailure(FailureKind.Invalid, $"{Shown(url)} redirects to what is no address. Ask who runs it."), url);
            }

            if (!ask.Follows(next))
            {
                return new Exchange(answer!, url);
            }

            answer!.Dispose();
            if (redirects == MostRedirects)
            {
                return new Exchange(new ModelFailure(FailureKind.Invalid, $"{Shown(ask.Url)} redirects in circles: {MostRedirects} redirects were followed, the last to {Shown(next)}. Ask who runs it."), url);
            }

            if (url.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps)
            {
                return new Exchange(new ModelFailure(FailureKind.Refused, $"{Shown(url)} redirects to {Shown(next)}, which is not encrypted. The redirect was not followed. Name the second address if it is meant."), url);
            }

            url = next;
        }
    }

    public void Dispose()
    {
        _invoker.Dispose();
        _handler.Dispose();
    }

    internal static string Shown(Uri url) => Redact.Source(url.OriginalString);

    /// <summary>Whether a credential for one address may be sent to the other.</summary>
    internal static bool SameOrigin(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.Port == other.Port && one.IdnHost.Equals(other.IdnHost, StringComparison.OrdinalIgnoreCase);

    private async Task<(HttpResponseMessage? Answer, ModelFailure? Failure)> SendOnceAsync(Ask ask, Uri url, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ask.Patience ?? _options.AnswerTimeout);
        using var message = ask.Message(url);
        if (SameOrigin(url, ask.Url))
        {
            ask.Authorize?.Invoke(message);
        }

        try
        {
            return (await _invoker.SendAsync(message, timeout.Token), null);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new ModelFailure(FailureKind.Unavailable, e.InnerException is TimeoutException && !timeout.IsCancellationRequested
                ? $"{Shown(url)} could not be connected to within {_options.ConnectTimeout.TotalSeconds:0} s. Check the address, and the firewalls and proxies on the way."
                : $"{Shown(url)} did not answer within {_options.AnswerTimeout.TotalSeconds:0} s. Try again later, or ask who runs it."));
        }
        catch (HttpRequestException e)
        {
            return (null, NetworkFailures.From(e, url));
        }
        catch (SocketException e)
        {
            // .NET lets it through as it is when the server goes away at the instant of the connection.
            return (null, NetworkFailures.From(new HttpRequestException(HttpRequestError.ConnectionError, e.Message, e), url));
        }
    }

    /// <summary>Addresses written as numbers are looked at before a proxy could be asked for them.</summary>
    private ModelFailure? Refuse(Uri url) =>
        url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp
            ? new ModelFailure(FailureKind.Refused, $"{Shown(url)} is no http or https address.")
            : IPAddress.TryParse(url.DnsSafeHost, out var address) && _connecting.IsDenied(address)
                ? NetworkFailures.Denied(url, address.ToString())
                : null;

    private static bool IsRedirect(HttpResponseMessage answer) =>
        (int)answer.StatusCode is 301 or 302 or 303 or 307 or 308 && answer.Headers.NonValidated.Contains("Location");

    /// <summary>Where it leads; null where that is no address.</summary>
    private static Uri? RedirectOf(HttpResponseMessage answer, Uri url) =>
        answer.Headers.Location is { } location && Uri.TryCreate(url, location, out var next) ? next : null;
}
