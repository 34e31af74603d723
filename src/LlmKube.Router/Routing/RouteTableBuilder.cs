using System.Collections.Immutable;
using System.Globalization;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Router.Routing;

/// <summary>A table, and when it must be built anew although no object changed: the first heartbeat in it is too old then.</summary>
internal sealed record BuiltRoutes(RouteTable Table, DateTimeOffset? GoodUntil);

/// <summary>From what the API server holds to a route table. It does no I/O.</summary>
internal static class RouteTableBuilder
{
    /// <summary>The name that the operator gives to the port of an engine's API.</summary>
    private const string ApiPortName = "http";

    public static TimeSpan MaxHeartbeatAge { get; } = TimeSpan.FromMinutes(3);

    public static BuiltRoutes Build(
        IEnumerable<InferenceService> inferenceServices, IEnumerable<Service> services, IEnumerable<EndpointSlice> slices, DateTimeOffset now)
    {
        var serviceOf = services.ToDictionary(s => s.Key());
        var slicesOf = slices.ToLookup(s => new ObjectKey(s.Metadata.Namespace ?? "", s.Metadata.Labels?.GetValueOrDefault(Labels.ServiceName) ?? ""));
        var targets = new List<ModelTarget>();
        var tried = new List<ObjectKey>();
        var canaries = new Dictionary<ObjectKey, Canary>();
        DateTimeOffset? goodUntil = null;
        foreach (var inference in inferenceServices)
        {
            var key = inference.Key();
            var name = ServiceNames.ServiceOf(key.Name);
            var serviceKey = new ObjectKey(key.Namespace, name);
            var found = FindEndpoints(inference, serviceOf.GetValueOrDefault(serviceKey), slicesOf[serviceKey], now);
            goodUntil = found.GoodUntil is { } until && (goodUntil is null || until < goodUntil) ? until : goodUntil;
            var target = new ModelTarget(key, name, StateOf(inference, found)) { ServedName = ServedModelName.Find(inference.Spec), Created = inference.Metadata.CreationTimestamp };
            if (CanaryMark.TriedBeside(inference) is not { } beside)
            {
                targets.Add(target);
                continue;
            }

            tried.Add(key);
            if (target.State is TargetState.Ready ready && WeightOf(inference) is > 0 and var weight)
            {
                canaries[beside] = new Canary(target, ready.Endpoints, weight);
            }
        }

        return new BuiltRoutes(new RouteTable(WithCanaries(targets, canaries)) { Tried = [.. tried] }, goodUntil);
    }

    /// <summary>A service that is tried has no name of its own for clients: it answers under that of the one beside which it is tried.</summary>
    private static IEnumerable<ModelTarget> WithCanaries(List<ModelTarget> targets, Dictionary<ObjectKey, Canary> canaries) =>
        targets.Select(target => canaries.TryGetValue(target.Model, out var canary) ? target with { Canary = canary } : target);

    /// <summary>Requests of a hundred; none where the number cannot be read.</summary>
    private static int WeightOf(InferenceService inference) =>
        int.TryParse(inference.Metadata.Annotations?.GetValueOrDefault(Annotations.CanaryWeight), NumberStyles.None, CultureInfo.InvariantCulture, out var weight) ? Math.Min(weight, 100) : 0;

    /// <summary>A service that was told to stop gets no new requests, though its replicas may still answer.</summary>
    private static TargetState StateOf(InferenceService inference, FoundEndpoints found) =>
        found.Endpoints.IsEmpty || inference.IsBeingDeleted() || inference.Spec.Suspend == true || inference.Spec.Replicas == 0
            ? new TargetState.NoneReady(NotReadyReason.Of(inference, found.Stale))
            : new TargetState.Ready(found.Endpoints);

    private static FoundEndpoints FindEndpoints(InferenceService inference, Service? service, IEnumerable<EndpointSlice> slices, DateTimeOffset now)
    {
        var portName = PortNameOf(inference, service);
        var endpoints = new SortedSet<BackendEndpoint>(ByAddress.Instance);
        var stale = 0;
        DateTimeOffset? goodUntil = null;
        foreach (var slice in slices)
        {
            if (slice.IsBeingDeleted() || PortOf(slice, portName) is not { } port)
            {
                continue;
            }

            var ready = (slice.Endpoints ?? []).Where(e => e.Conditions?.Ready != false && e.Addresses.Count > 0 && IsHost(e.Addresses[0])).ToList();
            var alive = AliveUntil(slice);
            if (alive is { } until && until < now)
            {
                stale += ready.Count;
                continue;
            }

            goodUntil = alive is { } next && ready.Count > 0 && (goodUntil is null || next < goodUntil) ? next : goodUntil;

            // The API says that the addresses of one endpoint are the same endpoint: the first is enough.
            endpoints.UnionWith(ready.Select(e => new BackendEndpoint(e.Addresses[0], port)));
        }

        return new FoundEndpoints([.. endpoints], stale, goodUntil);
    }

    /// <summary>Null for a slice that no agent writes. A heartbeat that cannot be read is one that was never given.</summary>
    private static DateTimeOffset? AliveUntil(EndpointSlice slice)
    {
        if (slice.Metadata.Annotations?.GetValueOrDefault(Annotations.AgentHeartbeat) is not { } text)
        {
            return null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at < DateTimeOffset.MaxValue - MaxHeartbeatAge ? at + MaxHeartbeatAge : DateTimeOffset.MaxValue
            : DateTimeOffset.MinValue;
    }

    /// <summary>What is no host name or address could not be made into a URL.</summary>
    private static bool IsHost(string address) => Uri.CheckHostName(address) != UriHostNameType.Unknown;

    /// <summary>The Service port that leads to the engine's API: the one called http, else the declared one, else the first.</summary>
    private static string? PortNameOf(InferenceService inference, Service? service)
    {
        var ports = service?.Spec?.Ports ?? [];
        var port = ports.FirstOrDefault(p => p.Name == ApiPortName)
            ?? ports.FirstOrDefault(p => p.Port == inference.Spec.Endpoint?.Port)
            ?? (ports.Count > 0 ? ports[0] : null);
        return port is null ? ApiPortName : port.Name ?? "";
    }

    /// <summary>A slice's ports are target ports under the names of the Service's. A single port needs no name.</summary>
    private static int? PortOf(EndpointSlice slice, string? name)
    {
        var ports = (slice.Ports ?? []).Where(p => p.Port is not null && p.Protocol is null or "TCP").ToList();
        return (ports.FirstOrDefault(p => (p.Name ?? "") == name) ?? (ports.Count == 1 ? ports[0] : null))?.Port;
    }

    private sealed record FoundEndpoints(ImmutableArray<BackendEndpoint> Endpoints, int Stale, DateTimeOffset? GoodUntil);

    /// <summary>A stable order, so that equal objects give equal tables.</summary>
    private sealed class ByAddress : IComparer<BackendEndpoint>
    {
        public static readonly ByAddress Instance = new();

        public int Compare(BackendEndpoint x, BackendEndpoint y)
        {
            var order = string.CompareOrdinal(x.Address, y.Address);
            return order != 0 ? order : x.Port.CompareTo(y.Port);
        }
    }
}
