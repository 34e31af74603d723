namespace LlmKube.Agent.Reports;

/// <summary>Why a replica is not started: the reason of its Pod's <c>PodScheduled</c> condition, and the sentence with the sum.</summary>
internal sealed record Refusal(string Reason, string Message);
