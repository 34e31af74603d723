namespace LlmKube.Router.Forwarding;

/// <summary>
/// The waits that forwarding bounds. There is no limit on the whole: a long answer that keeps coming is never cut.
/// </summary>
internal sealed record ForwardingClocks(TimeSpan Connect, TimeSpan FirstByte, TimeSpan Idle);
