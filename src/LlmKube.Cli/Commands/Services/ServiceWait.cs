using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Transfer;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Services;

/// <summary>Waits on a service by watching it, and tells each change of its Ready condition.</summary>
internal sealed class ServiceWait(KubernetesClient client, Terminal terminal, TimeProvider time)
{
    /// <summary>Returns when the service is ready for the generation it has now.</summary>
    /// <exception cref="CommandFailure">A person must act (exit code 6), or it took longer than <paramref name="timeout"/> (5).</exception>
    public async Task<InferenceService> UntilReadyAsync(ObjectKey key, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(timeout, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        string? told = null;
        var line = new ProgressLine(terminal, key.Name);
        try
        {
            while (true)
            {
                var watch = new WatchOptions { Namespace = key.Namespace, FieldSelector = $"metadata.name={key.Name}" };
                await foreach (var change in client.Of<InferenceService>().WatchAsync(watch, ending.Token))
                {
                    if (change.Kind == WatchEventKind.Bookmark || change.Object.Metadata.Name != key.Name)
                    {
                        continue;
                    }

                    if (change.Kind == WatchEventKind.Deleted)
                    {
                        throw new CommandFailure($"InferenceService {key} was deleted while waiting for it.");
                    }

                    told = Tell(change.Object, told, line);
                    if (IsReady(change.Object))
                    {
                        return change.Object;
                    }

                    await ThrowIfStalledAsync(change.Object, key, ending.Token);
                }
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailure(
                $"InferenceService {key} did not become ready within {timeout.TotalSeconds:0} s. Last heard: {told ?? "nothing"}",
                $"It goes on without you: see llmkube status {key.Name}, or wait longer with --timeout.",
                ExitCodes.TimedOut);
        }
        finally
        {
            line.End();
        }
    }

    private static bool IsCurrent(InferenceService service) => service.Status?.ObservedGeneration == service.Metadata.Generation;

    private static bool IsReady(InferenceService service) => IsCurrent(service) && service.Status!.Conditions.IsTrue(ConditionTypes.Ready);

    private string? Tell(InferenceService service, string? told, ProgressLine progress)
    {
        if (service.Status?.Fetch is { BytesDone: { } done } fetch)
        {
            progress.Report(new TransferProgress(done, fetch.BytesTotal, fetch.BytesPerSecond ?? 0, 0, 1));
        }
        else
        {
            progress.End();
        }

        if (!IsCurrent(service) || service.Status?.Conditions.FindCondition(ConditionTypes.Ready) is not { } ready)
        {
            return told;
        }

        var line = $"{service.Status.Phase}: {ready.Message}";
        if (line != told)
        {
            progress.End();
            terminal.Say(line);
        }

        return line;
    }

    private async Task ThrowIfStalledAsync(InferenceService service, ObjectKey key, CancellationToken cancellationToken)
    {
        if (!IsCurrent(service) || service.Status?.Conditions.FindCondition(ConditionTypes.Stalled) is not { Status: Condition.True } stalled)
        {
            return;
        }

        // The service may still say what was wrong with the Model before it was changed.
        if (stalled.Reason == ServiceReasons.ModelNotReady
            && await client.Of<Model>().FindAsync(new ObjectKey(key.Namespace, service.Spec.ModelRef), cancellationToken) is { } model
            && (model.Status is not { } seen || seen.ObservedGeneration != model.Metadata.Generation || !seen.Conditions.IsTrue(ConditionTypes.Stalled)))
        {
            return;
        }

        throw new CommandFailure($"InferenceService {key} cannot become ready: {stalled.Message}", $"More: llmkube status {key.Name}", ExitCodes.Blocked);
    }
}
