using LlmKube.Models.Store;

namespace LlmKube.Agent.Models;

/// <summary>Where an agent keeps models and how it fetches them.</summary>
public sealed record AgentModels(ModelStore Store, ModelFetcher Fetcher)
{
    /// <summary>No connection is opened: only what is in the store is served.</summary>
    public bool Offline { get; init; }
}
