namespace LlmKube.Operator.Placement;

/// <summary>A machine with an agent, as its Node and Lease show it.</summary>
internal sealed record AgentNode(string Name, bool IsAlive, IReadOnlyDictionary<string, string> Labels);
