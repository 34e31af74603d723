namespace LlmKube.Router.Balancing;

/// <summary>What is remembered of one endpoint between requests. Guarded by the balancer's lock.</summary>
internal sealed class EndpointState
{
    /// <summary>Requests that were sent and have not ended.</summary>
    public int Outstanding { get; set; }

    /// <summary>Connection attempts that failed since the last one that succeeded.</summary>
    public int Failures { get; set; }

    /// <summary>Until when nothing is sent, in the clock's timestamps; meaningful while <see cref="Failures"/> is above zero.</summary>
    public long QuarantinedUntil { get; set; }

    /// <summary>One request is finding out whether the endpoint is back; no other may.</summary>
    public bool Probing { get; set; }

    public bool IsIdle => Outstanding == 0 && Failures == 0;
}
