using System.Net;

namespace LlmKube.Router;

/// <summary>How the router listens and how long it waits.</summary>
public sealed record RouterOptions
{
    /// <summary>Loopback unless somebody decides otherwise: the router asks nobody who they are.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0 takes a free port.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>The option that sets <see cref="Port"/>, as messages should call it.</summary>
    public string PortOption { get; init; } = "--port";

    /// <summary>The value of the metrics' <c>router</c> label.</summary>
    public string Name { get; init; } = "llmkube";

    /// <summary>What tells this router from others of the same cluster: the name of its machine or pod.</summary>
    public string Instance { get; init; } = Environment.MachineName;

    /// <summary>The largest request body. Bodies are held in memory whole, so that another replica can be asked.</summary>
    public int MaxBodyBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>For a connection to an engine to come about.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For the first byte of an answer: a long prompt is read for minutes.</summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Between two pieces of an answer, on either side. There is no limit on the whole answer.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For requests in progress to end when the router stops.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
