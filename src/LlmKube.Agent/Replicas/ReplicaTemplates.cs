using System.Text;
using System.Text.Json;
using LlmKube.Agent.Models;
using LlmKube.Agent.Reports;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Agent.Replicas;

/// <summary>Makes templates: finds the engine, and resolves the environment, whose values may stand in Secrets and ConfigMaps.</summary>
internal sealed class ReplicaTemplates(KubernetesClient client, AgentOptions options)
{
    private static readonly ResourceDefinition s_secrets = new("", "v1", "Secret", "secrets", Namespaced: true);
    private static readonly ResourceDefinition s_configMaps = new("", "v1", "ConfigMap", "configmaps", Namespaced: true);

    /// <summary>The template, or what stands in its way: no engine on this machine, or a variable whose value is not there.</summary>
    public async Task<(ReplicaTemplate? Template, Refusal? Refusal)> MakeAsync(InferenceService service, Model model, Supplied.Here supplied, Supplied.Here? draft, CancellationToken cancellationToken)
    {
        if (options.FindEngine() is not { } engine)
        {
            return (null, new Refusal("EngineNotFound", "There is no llama-server on this machine. Get it with llmkube runtime install, or put it on PATH; the service starts then by itself."));
        }

        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in service.Spec.Env ?? [])
        {
            var name = variable.GetProperty("name").GetString()!;
            if (await ValueOfAsync(variable, service.Metadata.Namespace ?? "", cancellationToken) is { } value)
            {
                environment[name] = value;
            }
            else if (!IsOptional(variable))
            {
                return (null, new Refusal(
                    "CreateContainerConfigError",
                    $"The variable {name} of spec.env takes its value from {variable.GetProperty("valueFrom")}, and there is no such thing in namespace {service.Metadata.Namespace}. Create it, or correct spec.env."));
            }
        }

        return (ReplicaTemplate.Make(engine, service, model, supplied, draft, environment, options.Address), null);
    }

    private static bool IsOptional(JsonElement variable) =>
        variable.GetProperty("valueFrom").EnumerateObject().Any(source => source.Value.ValueKind == JsonValueKind.Object && source.Value.TryGetProperty("optional", out var optional) && optional.ValueKind == JsonValueKind.True);

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
