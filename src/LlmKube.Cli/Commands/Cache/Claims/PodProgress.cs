using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;

namespace LlmKube.Cli.Commands.Cache.Claims;

/// <summary>Waits on a pod by watching it, and says what keeps it from going on.</summary>
internal sealed class PodProgress(KubernetesClient client, ObjectKey key, Terminal terminal)
{
    /// <summary>What no waiting mends.</summary>
    private static readonly string[] s_hopeless = ["ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError", "CreateContainerError"];

    private string? _said;

    /// <summary>Returns the pod as soon as it runs, or has run.</summary>
    public Task<Pod> BegunAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        UntilAsync(pod => pod.Status?.Phase is "Running" or "Succeeded" or "Failed", patience, cancellationToken);

    /// <summary>Returns the pod as soon as it has run.</summary>
    public Task<Pod> EndedAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        UntilAsync(pod => pod.Status?.Phase is "Succeeded" or "Failed", patience, cancellationToken);

    private async Task<Pod> UntilAsync(Func<Pod, bool> holds, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        Pod? last = null;
        try
        {
            while (true)
            {
                await foreach (var change in client.Of<Pod>().WatchAsync(new WatchOptions { Namespace = key.Namespace, FieldSelector = $"metadata.name={key.Name}" }, deadline.Token))
                {
                    if (change.Kind == WatchEventKind.Deleted)
                    {
                        throw new CommandFailure($"The pod {key} was deleted while it worked.", "Run the same again.", ExitCodes.Retry);
                    }

                    if (change.Kind != WatchEventKind.Bookmark)
                    {
                        last = change.Object;
                        if (holds(last))
                        {
                            return last;
                        }

                        Tell(last);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailure($"The pod {key} did not start in time: {(last is null ? "nothing was seen of it" : Trouble(last)?.Message ?? $"it is {last.Status?.Phase}")}.", $"See why: kubectl describe pod -n {key.Namespace} {key.Name}", ExitCodes.TimedOut);
        }
    }

    private void Tell(Pod pod)
    {
        if (Trouble(pod) is not { } trouble)
        {
            return;
        }

        if (trouble.Hopeless)
        {
            throw new CommandFailure($"The pod {key} cannot start: {trouble.Message}.", "Name another image with --image, or mend what it says.", ExitCodes.Blocked);
        }

        if (trouble.Message != _said)
        {
            _said = trouble.Message;
            terminal.Say($"Waiting for the pod {key.Name}: {trouble.Message}");
        }
    }

    private static (string Message, bool Hopeless)? Trouble(Pod pod)
    {
        var waiting = pod.Status?.ContainerStatuses?.Select(container => container.State?.Waiting).FirstOrDefault(state => state?.Message is { Length: > 0 });
        if (waiting is not null)
        {
            return ($"{waiting.Reason}: {waiting.Message}", s_hopeless.Contains(waiting.Reason));
        }

        return pod.Status?.Conditions?.FirstOrDefault(condition => condition is { Type: "PodScheduled", Status: "False" }) is { Message: { } message } ? (message, false) : null;
    }
}
