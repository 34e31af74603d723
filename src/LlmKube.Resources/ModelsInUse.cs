using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Resources;

/// <summary>Which models of a store are served, as the API server knows it.</summary>
/// <param name="Services">The services that want replicas, by the cache key of their model.</param>
/// <param name="KeyOfModel">The cache keys of Models, by their names.</param>
public sealed record ModelsInUse(IReadOnlyDictionary<string, IReadOnlyList<string>> Services, IReadOnlyDictionary<string, string> KeyOfModel)
{
    /// <summary>Nothing is served.</summary>
    public static ModelsInUse None { get; } = new(new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>Asks the API server: two lists, of one namespace or of all.</summary>
    public static async Task<ModelsInUse> ReadAsync(KubernetesClient client, string? ns, CancellationToken cancellationToken)
    {
        var models = await client.Of<Model>().ListAsync(new ListOptions { Namespace = ns }, cancellationToken);
        var services = await client.Of<InferenceService>().ListAsync(new ListOptions { Namespace = ns }, cancellationToken);
        var keys = models.Items.Where(model => model.Status?.CacheKey is { Length: > 0 }).ToDictionary(model => model.Key(), model => model.Status!.CacheKey!);
        return new ModelsInUse(
            services.Items
                .Where(service => Defaults.DesiredReplicasOf(service.Spec) > 0)
                .SelectMany(service => ModelsOf(service).Where(keys.ContainsKey).Select(model => (Key: keys[model], Service: service.Key().ToString())))
                .GroupBy(use => use.Key, use => use.Service, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], StringComparer.Ordinal),
            keys.GroupBy(entry => entry.Key.Name, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First().Value, StringComparer.Ordinal));
    }

    private static IEnumerable<ObjectKey> ModelsOf(InferenceService service)
    {
        var ns = service.Metadata.Namespace ?? "";
        yield return new ObjectKey(ns, service.Spec.ModelRef);
        if (service.Spec.SpeculativeDecoding?.DraftModelRef is { Length: > 0 } draft)
        {
            yield return new ObjectKey(ns, draft);
        }
    }
}
