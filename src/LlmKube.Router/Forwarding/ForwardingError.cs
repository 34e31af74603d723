namespace LlmKube.Router.Forwarding;

/// <summary>How forwarding ended: who failed, and at which stage.</summary>
internal enum ForwardingError
{
    None,

    /// <summary>Every endpoint is in quarantine and its probe is out.</summary>
    NoEndpoint,

    /// <summary>No connection to the endpoint: refused, unreachable or not answered in time. Nothing was sent.</summary>
    ConnectFailed,

    /// <summary>The engine said that it is still loading the model.</summary>
    EngineLoading,

    /// <summary>The engine answered with a server error, and another service is there to ask instead.</summary>
    ServerError,

    /// <summary>The connection broke after the request was sent and before response headers came.</summary>
    BrokenBeforeHeaders,

    /// <summary>What came back is not HTTP.</summary>
    InvalidResponse,

    /// <summary>Headers or the first byte of the body did not come in time.</summary>
    FirstByteTimeout,

    /// <summary>The body broke before its first byte.</summary>
    BrokenBeforeBody,

    /// <summary>The body broke after the client had part of it.</summary>
    BrokenBody,

    /// <summary>The body stood still for too long after the client had part of it.</summary>
    IdleTimeout,

    /// <summary>The client went away.</summary>
    ClientGone,

    /// <summary>The client is there and takes no bytes.</summary>
    ClientStalled,
}
