using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Tables;

/// <summary>The columns of what gives pods an address.</summary>
internal static class NetworkColumns
{
    /// <summary>How many addresses a cell names before it only counts.</summary>
    private const int MaxShown = 3;

    public static IReadOnlyList<Column> Service { get; } =
    [
        Column.ObjectName,
        Column.Text("Type", service => CellText.Of(Column.At(service, "spec", "type"))),
        Column.Text("Cluster-IP", service => CellText.Of(Column.At(service, "spec", "clusterIP")) ?? CellText.None),
        Column.Text("External-IP", ExternalIp),
        Column.Text("Port(s)", ServicePorts),
        Column.Age,
        Column.Wide("Selector", service => CellText.Labels(Column.At(service, "spec", "selector"))),
    ];

    public static IReadOnlyList<Column> Endpoints { get; } =
    [
        Column.ObjectName,
        Column.Text("Endpoints", endpoints => Shortened(Objects(endpoints["subsets"]).SelectMany(SubsetAddresses))),
        Column.Age,
    ];

    public static IReadOnlyList<Column> EndpointSlice { get; } =
    [
        Column.ObjectName,
        Column.Text("AddressType", slice => CellText.Of(slice["addressType"])),
        Column.Text("Ports", slice => slice["ports"] is JsonArray { Count: > 0 } ports ? Shortened(Objects(ports).Select(p => CellText.Of(p["port"]) ?? "*")) : "<unset>"),
        Column.Text("Endpoints", slice => slice["endpoints"] is JsonArray { Count: > 0 } endpoints
            ? Shortened(Objects(endpoints).SelectMany(e => (e["addresses"] as JsonArray ?? []).Select(a => CellText.Of(a) ?? "")))
            : "<unset>"),
        Column.Age,
    ];

    public static IReadOnlyList<Column> Ingress { get; } =
    [
        Column.ObjectName,
        Column.Text("Class", ingress => CellText.Of(Column.At(ingress, "spec", "ingressClassName")) ?? CellText.None),
        Column.Text("Hosts", ingress => Shortened(Objects(Column.At(ingress, "spec", "rules")).Select(rule => CellText.Of(rule["host"]) ?? "*"), "*")),
        Column.Text("Address", ingress => string.Join(',', LoadBalancerAddresses(ingress))),
        Column.Text("Ports", ingress => Objects(Column.At(ingress, "spec", "tls")).Any() ? "80, 443" : "80"),
        Column.Age,
    ];

    public static IReadOnlyList<Column> NetworkPolicy { get; } =
    [
        Column.ObjectName,
        Column.Text("Pod-Selector", policy => CellText.Selector(Column.At(policy, "spec", "podSelector"))),
        Column.Age,
    ];

    private static string ExternalIp(JsonObject service)
    {
        var declared = string.Join(',', (Column.At(service, "spec", "externalIPs") as JsonArray ?? []).Select(CellText.Of));
        switch (CellText.Of(Column.At(service, "spec", "type")))
        {
            case "ExternalName":
                return CellText.Of(Column.At(service, "spec", "externalName")) ?? CellText.None;
            case "LoadBalancer":
                var assigned = string.Join(',', LoadBalancerAddresses(service));
                var all = string.Join(',', ((string[])[assigned, declared]).Where(text => text.Length > 0));
                return all.Length > 0 ? all : "<pending>";
            default:
                return declared.Length > 0 ? declared : CellText.None;
        }
    }

    private static string ServicePorts(JsonObject service)
    {
        var ports = Objects(Column.At(service, "spec", "ports")).Select(port =>
        {
            var nodePort = JsonTypes.Integer(port["nodePort"]) is { } number and not 0 ? string.Create(CultureInfo.InvariantCulture, $":{number}") : "";
            return $"{CellText.Of(port["port"])}{nodePort}/{CellText.Of(port["protocol"]) ?? "TCP"}";
        });
        return string.Join(',', ports) is { Length: > 0 } text ? text : CellText.None;
    }

    private static IEnumerable<string> SubsetAddresses(JsonObject subset)
    {
        var ports = Objects(subset["ports"]).Select(p => CellText.Of(p["port"])).ToList();
        foreach (var address in Objects(subset["addresses"]).Select(a => CellText.Of(a["ip"]) ?? ""))
        {
            if (ports.Count == 0)
            {
                yield return address;
            }

            foreach (var port in ports)
            {
                yield return $"{address}:{port}";
            }
        }
    }

    private static IEnumerable<string> LoadBalancerAddresses(JsonObject obj) =>
        Objects(Column.At(obj, "status", "loadBalancer", "ingress")).Select(i => CellText.Of(i["ip"]) ?? CellText.Of(i["hostname"]) ?? "").Where(a => a.Length > 0);

    private static string Shortened(IEnumerable<string> items, string none = CellText.None)
    {
        var all = items.ToList();
        if (all.Count == 0)
        {
            return none;
        }

        var shown = string.Join(',', all.Take(MaxShown));
        return all.Count > MaxShown ? string.Create(CultureInfo.InvariantCulture, $"{shown} + {all.Count - MaxShown} more...") : shown;
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonObject>();
}
