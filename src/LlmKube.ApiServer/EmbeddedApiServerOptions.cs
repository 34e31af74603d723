using System.Net;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Admission;
using LlmKube.ApiServer.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmKube.ApiServer;

/// <summary>How an embedded API server is run.</summary>
public sealed record EmbeddedApiServerOptions
{
    /// <summary>Where objects and keys are kept; null keeps everything in memory, for tests.</summary>
    public string? DataDirectory { get; init; }

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Zero takes any free port.</summary>
    public int Port { get; init; }

    /// <summary>Where the kubeconfig is written; null is <c>kubeconfig</c> in the data directory, or a temporary file without one.</summary>
    public string? KubeConfigPath { get; init; }

    /// <summary>Names and addresses under which clients reach the server, besides loopback and the machine's name.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The host's own rules; null has none.</summary>
    public IAdmission? Admission { get; init; }

    /// <summary>Where <c>pods/log</c> reads; null has no logs.</summary>
    public IPodLogSource? PodLogs { get; init; }

    /// <summary>Definitions that are in place when the server is ready; one that differs is brought up to date.</summary>
    public IReadOnlyList<JsonObject> CustomResourceDefinitions { get; init; } = [];

    /// <summary>Trouble on demand, for tests.</summary>
    public Faults Faults { get; init; } = new();

    /// <summary>Changes of each kind that are kept for watches that resume.</summary>
    public int HistoryCapacity { get; init; } = 2048;

    /// <summary>The journal is compacted into a snapshot when it is larger than this and than twice the snapshot before.</summary>
    public long CompactJournalAtBytes { get; init; } = 8 * 1024 * 1024;
}
