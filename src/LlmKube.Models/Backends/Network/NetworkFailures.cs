using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;

namespace LlmKube.Models.Backends.Network;

/// <summary>Says what an answer that is no success, or none at all, means and what to do.</summary>
internal static class NetworkFailures
{
    public static ModelFailure Denied(Uri url, string address) => new(
        FailureKind.Refused,
        $"{NetworkClient.Shown(url)} is at {address}, and this installation opens no connection to that address. Where it is meant, its administrator can allow it.");

    public static ModelFailure From(HttpRequestException e, Uri url)
    {
        var shown = NetworkClient.Shown(url);
        return (e.HttpRequestError, e.InnerException) switch
        {
            (_, DeniedAddressException denied) => new ModelFailure(FailureKind.Refused, $"{shown} was not asked: {denied.Message}. Where it is meant, its administrator can allow it."),
            (HttpRequestError.SecureConnectionError, AuthenticationException inner) => new ModelFailure(
                FailureKind.Refused, $"{shown} shows a certificate that is not trusted ({FirstSentence(inner)}). Put the certificate of its authority into the Secret's entry ca.crt."),
            (HttpRequestError.SecureConnectionError, _) => new ModelFailure(FailureKind.Unavailable, $"{shown} could not be spoken to over TLS: {FirstSentence(e)}."),
            (HttpRequestError.NameResolutionError, _) => new ModelFailure(FailureKind.Unavailable, $"the name {url.Host} could not be resolved. Check the address, the network's name server, and HTTPS_PROXY."),
            (_, SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }) => new ModelFailure(
                FailureKind.Unavailable, $"the name {url.Host} could not be resolved. Check the address, the network's name server, and HTTPS_PROXY."),
            // .NET's own words name the proxy with its password.
            (HttpRequestError.ProxyTunnelError, _) => new ModelFailure(
                FailureKind.Unavailable, $"the proxy does not lead to {shown}{(e.StatusCode is { } status ? $" (it answered {(int)status})" : "")}. Check HTTPS_PROXY with its user and password, and NO_PROXY."),
            _ => new ModelFailure(FailureKind.Unavailable, $"{shown} could not be reached: {FirstSentence(e.InnerException ?? e)}. Check the address, that it runs, and the way there."),
        };
    }

    /// <summary>The failure that a status means; null for a success. <paramref name="said"/> is what the place itself said, if it is known.</summary>
    public static ModelFailure? From(HttpResponseMessage answer, Uri url, TimeProvider time, string? said = null)
    {
        if (answer.IsSuccessStatusCode)
        {
            return null;
        }

        var status = (int)answer.StatusCode;
        var shown = $"{NetworkClient.Shown(url)} answered {status}{(said is { Length: > 0 } ? $" ({said})" : "")}";
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.ProxyAuthenticationRequired => new ModelFailure(
                FailureKind.Unauthorized, $"{shown}: credentials are missing or wrong. Put them into a Secret and name it in the source's secretRef."),
            HttpStatusCode.Forbidden => new ModelFailure(FailureKind.Forbidden, $"{shown}: these credentials, or none, do not allow reading it. Ask who runs the place for access."),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new ModelFailure(FailureKind.NotFound, $"{shown}: there is no such file. Check the address."),
            HttpStatusCode.TooManyRequests => new ModelFailure(FailureKind.Throttled, $"{shown}: it asks for fewer requests; wait, or fetch with fewer connections.") { RetryAfter = RetryAfter(answer.Headers, time) },
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => new ModelFailure(
                FailureKind.Unavailable, $"{shown}: the place has a fault at the moment; try again later, or ask who runs it.") { RetryAfter = RetryAfter(answer.Headers, time) },
            >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest => new ModelFailure(FailureKind.Invalid, $"{shown}, a redirect that leads nowhere."),
            _ => new ModelFailure(FailureKind.Invalid, $"{shown}: it does not take the request. Check the address."),
        };
    }

    /// <summary>How long the place asks to be left alone (RFC 9110 section 10.2.3): seconds or a date.</summary>
    public static TimeSpan? RetryAfter(HttpResponseHeaders headers, TimeProvider time) => headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };

    private static string FirstSentence(Exception e) => e.Message.Split('\n')[0].TrimEnd('.', ' ');
}
