using LlmKube.Router.Forwarding;
using LlmKube.Router.Routing;

namespace LlmKube.Router.OpenAi;

/// <summary>What is known of one inference request at its end: for the metrics, the log and the span.</summary>
internal sealed class InferenceExchange
{
    public string Model { get; set; } = "";

    public ModelTarget? Target { get; set; }

    public string Outcome { get; set; } = Outcomes.Failed;

    public ForwardingResult Result { get; set; }

    /// <summary>What was decided and why, or what went wrong.</summary>
    public string Reason { get; set; } = "";

    /// <summary>The value of the <c>backend</c> label.</summary>
    public string Backend => Target?.Model.ToString() ?? "";
}
