using LlmKube.Agent.Engines;
using LlmKube.Agent.Models;

namespace LlmKube.Agent;

/// <summary>What the agent is told at its start.</summary>
public sealed record AgentOptions
{
    /// <summary>The agent's folder: logs of the model servers. Its path is also what marks a process as this agent's.</summary>
    public required string Home { get; init; }

    /// <summary>Name of the Node that stands for this machine.</summary>
    public required string NodeName { get; init; }

    /// <summary>Finds the engine when a process is started, so that one installed later is found without a restart.</summary>
    public required Func<EngineLaunch?> FindEngine { get; init; }

    /// <summary>The store that models are fetched into; null serves only files that are on this machine already.</summary>
    public AgentModels? Models { get; init; }

    /// <summary>Address that engines listen on and that endpoints carry.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>How long a model may take to load before its process is started again.</summary>
    public TimeSpan StartupTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How long a replica that served goes on serving after its endpoint was taken away: routers hear of that by their watch, a moment later.
    /// </summary>
    public TimeSpan EndpointGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a replica that is no longer wanted may take to finish its requests.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a process may take to end after it was asked to.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Leave the processes running when the agent stops; the next agent takes them over.</summary>
    public bool KeepProcesses { get; init; }
}
