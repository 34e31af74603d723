namespace LlmKube.Operator.Verdicts;

/// <summary>What a planner thinks of a resource: the one thing that conditions, phase, events and retries are made from.</summary>
internal abstract record Verdict(string Reason, string Message)
{
    /// <summary>It is as wanted.</summary>
    internal sealed record Ready(string Reason, string Message) : Verdict(Reason, Message);

    /// <summary>Time or another object's change will move it on.</summary>
    internal sealed record Waiting(string Reason, string Message) : Verdict(Reason, Message);

    /// <summary>It is off because somebody wants it off.</summary>
    internal sealed record Off(string Reason, string Message) : Verdict(Reason, Message);

    /// <summary>A person must act; the message names the fix.</summary>
    internal sealed record Blocked(string Reason, string Message) : Verdict(Reason, Message);
}
