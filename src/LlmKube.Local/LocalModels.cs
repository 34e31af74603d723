using LlmKube.Agent.Models;
using LlmKube.Kubernetes.Client;
using LlmKube.Models.Backends;
using LlmKube.Models.Store;
using LlmKube.Models.Transfer;
using LlmKube.Operator;
using LlmKube.Resources;

namespace LlmKube.Local;

/// <summary>The model store of one machine, as its operator and its agent use it.</summary>
internal sealed class LocalModels(LocalOptions options, KubernetesClient client)
{
    private readonly ModelStore _store = new(new ModelStoreLayout(Path.Combine(options.Home, "models")), options.Time);
    private readonly IReadOnlyList<IModelBackend> _backends = ModelBackends.All(options.Network, options.Hub, options.AllowedPaths, options.Time);

    public OperatorOptions ForOperator(Uri router, Func<string, string, string?> findClaimFolder) => new()
    {
        AllowedHostPathRoots = options.AllowedPaths,
        RouterAddress = router,
        Backends = _backends,
        Offline = options.Offline,
        Store = _store,
        FindClaimFolder = findClaimFolder,
    };

    private StoreLimits Limits => new() { SizeBytes = options.StoreLimitBytes, InUse = KeysInUseAsync };

    public AgentModels ForAgent() =>
        new(_store, new ModelFetcher(_store, _backends, new TransferEngine(options.Transfer, options.Time), Limits)) { Offline = options.Offline };

    private async Task<IReadOnlySet<string>> KeysInUseAsync(CancellationToken cancellationToken) =>
        (await ModelsInUse.ReadAsync(client, ns: null, cancellationToken)).Services.Keys.ToHashSet(StringComparer.Ordinal);
}
