using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmKube.Operator.Tests;

/// <summary>An operator alone on an API server.</summary>
internal static class OperatorRun
{
    /// <summary>Runs until cancelled.</summary>
    public static Task StartAsync(KubernetesClient client, OperatorOptions options, CancellationToken cancellationToken, TimeProvider? time = null) => OperatorHost.RunAsync(
        client, options, new ControllerHostOptions { Component = OperatorHost.Component, Identity = "one", Logging = NullLoggerFactory.Instance, Time = time ?? TimeProvider.System }, cancellationToken);
}
