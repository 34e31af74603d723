using System.Net.Sockets;
using LlmKube.Router.Routing;

namespace LlmKube.Router.Forwarding;

/// <summary>Translates what the HTTP client throws before response headers into a <see cref="ForwardingError"/>.</summary>
internal static class SendFailures
{
    public static ForwardingError Classify(Exception exception, ExchangeClock clock) => exception switch
    {
        _ when clock.ClientIsGone => ForwardingError.ClientGone,
        _ when clock.Expired => ForwardingError.FirstByteTimeout,
        // Cancelled by neither the client nor our clock: the handler's own connect timeout.
        OperationCanceledException => ForwardingError.ConnectFailed,
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } => ForwardingError.ConnectFailed,
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } => ForwardingError.InvalidResponse,
        _ => ForwardingError.BrokenBeforeHeaders,
    };

    /// <summary>A sentence about the endpoint and what the system said.</summary>
    public static string Describe(Exception exception, BackendEndpoint endpoint)
    {
        var cause = exception.GetBaseException();
        var said = cause switch
        {
            SocketException socket => socket.SocketErrorCode.ToString(),
            OperationCanceledException or TimeoutException => "no answer in time",
            HttpIOException io => io.HttpRequestError.ToString(),
            _ => cause.Message.TrimEnd('.'),
        };
        return $"{endpoint} ({said}).";
    }
}
