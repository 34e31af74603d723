using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.V1Alpha1;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmKube.Cluster.Tests.Harness;

/// <summary>
/// Every address with a port that a Model, a ModelRepository or a Secret ever named on the cluster. The operator goes on asking the
/// sources of a story's models until they are deleted, which is after the story has ended.
/// </summary>
internal sealed partial class NamedAddresses : IAsyncDisposable
{
    private static readonly ResourceDefinition s_secrets = new("", "v1", "Secret", "secrets", Namespaced: true);

    private readonly ConcurrentDictionary<IPEndPoint, bool> _named = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _watches = [];

    private NamedAddresses()
    {
    }

    /// <summary>Watches from now on; returns when what is there has been read.</summary>
    public static async Task<NamedAddresses> WatchAsync(KubernetesClient client)
    {
        var named = new NamedAddresses();
        foreach (var definition in (ResourceDefinition[])[Model.Definition, ModelRepository.Definition, s_secrets])
        {
            var objects = new Informer<DynamicObject>(client.Of(definition), new InformerOptions(), TimeProvider.System, NullLogger.Instance);
            objects.Subscribe(change => named.Read(change.Latest.Json));
            named._watches.Add(objects.RunAsync(named._stopping.Token));
            await objects.WaitForSyncAsync(CancellationToken.None);
        }

        return named;
    }

    public bool Contains(IPAddress address, int port) => _named.ContainsKey(new IPEndPoint(address, port));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_watches).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private void Read(JsonObject resource)
    {
        var data = (resource["data"] as JsonObject)?.Select(entry => Encoding.UTF8.GetString(Convert.FromBase64String((string)entry.Value!))) ?? [];
        foreach (var match in data.Prepend(resource.ToJsonString()).SelectMany(text => EndPoint().Matches(text)))
        {
            if (IPEndPoint.TryParse(match.Value, out var address))
            {
                _named[address] = true;
            }
        }
    }

    [GeneratedRegex(@"\b\d{1,3}(\.\d{1,3}){3}:\d{1,5}\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EndPoint();
}
