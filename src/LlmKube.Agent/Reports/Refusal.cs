using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Agent.Reports;

/// <summary>Why a replica is not started: the reason of its Pod's <c>PodScheduled</c> condition, and the sentence with the sum.</summary>
internal sealed record Refusal(string Reason, string Message)
{
    /// <summary>Nobody need act: what it waits for is under way.</summary>
    public bool Waits { get; init; }

    /// <summary>How far that is, where it is the fetching of the model.</summary>
    public FetchStatus? Progress { get; init; }
}
