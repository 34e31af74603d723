namespace LlmKube.Router.Forwarding;

/// <summary>One timer for one attempt, set anew at each stage, and the token that it and the client's leaving share.</summary>
internal sealed class ExchangeClock : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _clientGone;
    private readonly CancellationTokenRegistration _registration;

    public ExchangeClock(TimeSpan first, TimeProvider time, CancellationToken clientGone)
    {
        _source = new CancellationTokenSource(first, time);
        _clientGone = clientGone;
        _registration = clientGone.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public CancellationToken Token => _source.Token;

    public bool ClientIsGone => _clientGone.IsCancellationRequested;

    /// <summary>Time ran out while the client was still there.</summary>
    public bool Expired => _source.IsCancellationRequested && !ClientIsGone;

    /// <summary>Progress was made: the next stage has this long.</summary>
    public void Restart(TimeSpan limit) => _source.CancelAfter(limit);

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
