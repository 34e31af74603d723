using System.Net;
using LlmKube.Agent.Engines;
using LlmKube.Models.Backends.HuggingFace;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Transfer;
using Microsoft.Extensions.Logging;

namespace LlmKube.Local;

/// <summary>How LLMKube runs on one machine.</summary>
public sealed record LocalOptions
{
    /// <summary>The folder of everything that is kept: <c>~/.llmkube</c>.</summary>
    public required string Home { get; init; }

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port of the Kubernetes API; 0 takes a free one.</summary>
    public int ApiPort { get; init; } = 6443;

    /// <summary>The port of the OpenAI-compatible API; 0 takes a free one.</summary>
    public int RouterPort { get; init; } = 8080;

    /// <summary>Folders that models may be read from.</summary>
    public required IReadOnlyList<string> AllowedPaths { get; init; }

    /// <summary>What connections to sources are allowed.</summary>
    public NetworkOptions Network { get; init; } = new() { DeniedNetworks = NetworkOptions.LinkLocal };

    /// <summary>Which Hugging Face Hub is meant.</summary>
    public HuggingFaceOptions Hub { get; init; } = new();

    /// <summary>No connection is opened to any source.</summary>
    public bool Offline { get; init; }

    /// <summary>How models are fetched.</summary>
    public TransferOptions Transfer { get; init; } = new();

    /// <summary>What the model store may take, in bytes; models that nothing serves make way. Null for all that is free.</summary>
    public long? StoreLimitBytes { get; init; }

    /// <summary>Finds the engine, each time one is started.</summary>
    public required Func<EngineLaunch?> FindEngine { get; init; }

    /// <summary>Name of this machine's Node.</summary>
    public required string NodeName { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public required ILoggerFactory Logging { get; init; }

    /// <summary>Version and product, as logs of servers show it.</summary>
    public string UserAgent { get; init; } = "llmkube";

    /// <summary>The folder that a claim is on this machine.</summary>
    /// <param name="home">The home of the product.</param>
    /// <param name="ns">Namespace of the claim.</param>
    /// <param name="claim">Its name.</param>
    public static string ClaimFolder(string home, string ns, string claim) => Path.Combine(home, "volumes", ns, claim);
}
