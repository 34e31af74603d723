using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Events;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.KubeAi;

/// <summary>
/// Serves Models of KubeAI: each is a Model and an InferenceService of ours, which it owns, and its status tells of their replicas. What
/// it has no counterpart for is said once in an event. KubeAI's own operator must not run beside it.
/// </summary>
internal sealed class KubeAiReconciler(
    KubernetesClient client, Informer<KubeAiModel> theirs, Informer<Model> models, Informer<InferenceService> services, EventRecorder events, TimeSpan blocked) : IReconciler
{
    private readonly AppliedObjects<Model> _models = new(client, models, FieldManagers.Operator);
    private readonly AppliedObjects<InferenceService> _services = new(client, services, FieldManagers.Operator);
    private readonly ConcurrentDictionary<string, long?> _told = new(StringComparer.Ordinal);

    public async Task<Reconciled> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (theirs.Find(key) is not { } model || model.IsBeingDeleted())
        {
            return Reconciled.Done;
        }

        var service = services.Find(key);
        if ((TakenBy(models.Find(key), model) ?? TakenBy(service, model)) is { } other)
        {
            events.Warning(model, "NameTaken", $"There is {other} {key.Name} already, which is not this Model's. Rename one of them.");
            return Reconciled.LookAgainAfter(blocked);
        }

        var translated = KubeAiTranslation.Translate((JsonObject)JsonSerializer.SerializeToNode(model, KubeAiModel.JsonType)!);
        await _models.ApplyAsync(Owned(translated.Model, Model.JsonType, model, (one, metadata) => one with { Metadata = metadata }), cancellationToken);
        await _services.ApplyAsync(Owned(translated.Service, InferenceService.JsonType, model, (one, metadata) => one with { Metadata = metadata }), cancellationToken);
        Tell(model, translated.Notes);
        var status = new KubeAiStatus { Replicas = new KubeAiReplicas(service?.Status?.DesiredReplicas ?? 0, service?.Status?.ReadyReplicas ?? 0) };
        await client.ApplyStatusAsync(model, model with { Status = status }, FieldManagers.Operator, cancellationToken);
        return Reconciled.Done;
    }

    /// <summary>What has the name and belongs to somebody else; null where nothing does.</summary>
    private static string? TakenBy<T>(T? live, KubeAiModel model)
        where T : class, IResource<T> => live is null || live.FindController()?.Uid == model.Metadata.Uid ? null : $"a {T.Definition.Kind} of {T.Definition.Group}";

    private static T Owned<T>(JsonObject translated, JsonTypeInfo<T> type, KubeAiModel owner, Func<T, ObjectMeta, T> with)
        where T : class, IResource<T> => with(
            translated.Deserialize(type)!,
            new ObjectMeta { Name = owner.Metadata.Name, Namespace = owner.Metadata.Namespace, OwnerReferences = [owner.AsControllerReference()] });

    /// <summary>Says once for each state of the Model what of it has no counterpart.</summary>
    private void Tell(KubeAiModel model, IReadOnlyList<string> notes)
    {
        var uid = model.Metadata.Uid ?? "";
        if (notes.Count > 0 && (!_told.TryGetValue(uid, out var told) || told != model.Metadata.Generation))
        {
            _told[uid] = model.Metadata.Generation;
            events.Normal(model, "Translated", string.Join(' ', notes));
        }
    }
}
