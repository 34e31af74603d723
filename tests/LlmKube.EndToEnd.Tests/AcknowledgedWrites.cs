using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using Shouldly;

namespace LlmKube.EndToEnd.Tests;

/// <summary>
/// Writes objects and remembers what the server acknowledged: for each name the value that must be there, and the one that may be,
/// because its write was under way when the server died.
/// </summary>
internal sealed class AcknowledgedWrites(int writer, int seed)
{
    private const int Names = 12;
    private const string Label = "story";

    private static readonly ResourceDefinition s_configMaps = new("", "v1", "ConfigMap", "configmaps", Namespaced: true);

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, string?> _acknowledged = new(StringComparer.Ordinal);
    private (string Name, string? Value)? _pending;
    private int _count;

    public int Acknowledged { get; private set; }

    /// <summary>Creates, changes and deletes until the server is gone.</summary>
    public async Task WriteUntilDownAsync(KubernetesClient client)
    {
        var maps = client.Of(s_configMaps);
        try
        {
            while (true)
            {
                var name = $"w{writer}-{_random.Next(Names)}";
                var key = new ObjectKey("default", name);
                if (_acknowledged.GetValueOrDefault(name) is not null && _random.Next(4) == 0)
                {
                    _pending = (name, null);
                    await maps.DeleteAsync(key, new DeleteOptions(), CancellationToken.None);
                }
                else
                {
                    var value = string.Create(CultureInfo.InvariantCulture, $"{writer}-{_count++}-{new string('x', _random.Next(2000))}");
                    _pending = (name, value);
                    await maps.ApplyAsync(new DynamicObject(Map(name, value)), new ApplyOptions("story"), CancellationToken.None);
                }

                _acknowledged[name] = _pending.Value.Value;
                _pending = null;
                Acknowledged++;
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ApiException { Code: >= 500 })
        {
            // Killed: what was under way may have happened or not.
        }
    }

    /// <summary>Holds what the server has against what it acknowledged; what was under way is settled by what is there.</summary>
    public void Verify(IReadOnlyDictionary<string, string> found)
    {
        foreach (var (name, value) in _acknowledged.ToList())
        {
            var there = found.GetValueOrDefault(name);
            if (_pending is { } pending && pending.Name == name && there == pending.Value)
            {
                _acknowledged[name] = there;
            }
            else
            {
                there.ShouldBe(value, $"the write of {name} was acknowledged");
            }
        }

        if (_pending is { } first && !_acknowledged.ContainsKey(first.Name) && found.TryGetValue(first.Name, out var stored))
        {
            stored.ShouldBe(first.Value);
            _acknowledged[first.Name] = stored;
        }

        var known = _acknowledged.Where(entry => entry.Value is not null).Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
        found.Keys.Where(name => name.StartsWith($"w{writer}-", StringComparison.Ordinal) && !known.Contains(name)).ShouldBeEmpty();
        _pending = null;
    }

    /// <summary>What the server has, by name.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAllAsync(KubernetesClient client)
    {
        var list = await client.Of(s_configMaps).ListAsync(new ListOptions { Namespace = "default", LabelSelector = Label }, CancellationToken.None);
        return list.Items.ToDictionary(item => item.Metadata.Name!, item => item.Json["data"]!["value"]!.GetValue<string>(), StringComparer.Ordinal);
    }

    private static JsonObject Map(string name, string value) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default", ["labels"] = new JsonObject { [Label] = "yes" } },
        ["data"] = new JsonObject { ["value"] = value },
    };
}
