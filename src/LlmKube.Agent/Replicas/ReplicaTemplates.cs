using System.Text;
using System.Text.Json;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Agent.Replicas;

/// <summary>Makes templates: finds the engine, and resolves the environment, whose values may stand in Secrets and ConfigMaps.</summary>
internal sealed class ReplicaTemplates(KubernetesClient client, AgentOptions options)
{
    private static readonly ResourceDefinition s_secrets = new("", "v1", "Secret", "secrets", Namespaced: true);
    private static readonly ResourceDefinition s_configMaps = new("", "v1", "ConfigMap", "configmaps", Namespaced: true);

    /// <summary>Null when there is no engine on this machine.</summary>
    public async Task<ReplicaTemplate?> MakeAsync(InferenceService service, Model model, Model? draft, CancellationToken cancellationToken)
    {
        if (options.FindEngine() is not { } engine)
        {
            return null;
        }

        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in service.Spec.Env ?? [])
        {
            if (variable.TryGetProperty("name", out var name) && await ValueOfAsync(variable, service.Metadata.Namespace ?? "", cancellationToken) is { } value)
            {
                environment[name.GetString()!] = value;
            }
        }

        return ReplicaTemplate.Make(engine, service, model, draft, environment, options.Address);
    }

    private async Task<string?> ValueOfAsync(JsonElement variable, string ns, CancellationToken cancellationToken)
    {
        if (variable.TryGetProperty("value", out var value))
        {
            return value.GetString();
        }

        if (!variable.TryGetProperty("valueFrom", out var source))
        {
            return "";
        }

        return source.TryGetProperty("secretKeyRef", out var secret) ? Decode(await ReadAsync(s_secrets, secret, ns, cancellationToken))
            : source.TryGetProperty("configMapKeyRef", out var map) ? await ReadAsync(s_configMaps, map, ns, cancellationToken)
            : null;
    }

    private async Task<string?> ReadAsync(ResourceDefinition kind, JsonElement reference, string ns, CancellationToken cancellationToken)
    {
        var name = reference.GetProperty("name").GetString() ?? "";
        var found = await client.Of(kind).FindAsync(new ObjectKey(ns, name), cancellationToken);
        return (string?)found?.Json["data"]?[reference.GetProperty("key").GetString() ?? ""];
    }

    private static string? Decode(string? base64) => base64 is null ? null : Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
