using LlmKube.ApiServer.Admission;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Lifecycle;
using LlmKube.ApiServer.Storage;
using LlmKube.ApiServer.Verbs;
using Microsoft.Extensions.Logging;

namespace LlmKube.ApiServer;

/// <summary>What the handlers of requests share for the life of one server.</summary>
internal sealed record ServerContext(
    ObjectStore Store,
    KindRegistry Kinds,
    PageSnapshots Pages,
    IAdmission? Admission,
    IPodLogSource? PodLogs,
    Faults Faults,
    TimeProvider Time,
    ILogger Logger)
{
    /// <summary>Cancelled when the server stops: open watches and logs end.</summary>
    public required CancellationToken Stopping { get; init; }
}
