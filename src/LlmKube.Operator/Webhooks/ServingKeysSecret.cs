using System.Text;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources;

namespace LlmKube.Operator.Webhooks;

/// <summary>Keeps the webhooks' keys in a Secret of the operator's namespace, so that all operators of an installation serve with the same.</summary>
internal sealed class ServingKeysSecret(KubernetesClient client, WebhookSettings settings, TimeProvider time)
{
    public const string Name = "llmkube-webhook-keys";

    private ObjectKey Key { get; } = new(settings.Namespace, Name);

    /// <summary>The keys that are there, or new ones where there are none or their time is running out.</summary>
    public async Task<ServingKeys> EnsureAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var secrets = client.Of(SecretEntries.Definition);
            var secret = await secrets.FindAsync(Key, cancellationToken);
            if (secret is not null && Read(secret) is { } keys && keys.AreGood(settings.ServiceName, settings.Namespace, time.GetUtcNow()))
            {
                return keys;
            }

            var made = ServingKeys.Create(settings.ServiceName, settings.Namespace, time.GetUtcNow());
            try
            {
                if (secret is null)
                {
                    await secrets.CreateAsync(new DynamicObject(Manifest(made)), cancellationToken);
                }
                else
                {
                    // With the version that was read: of two operators that do this at once, one is refused and takes what the other made.
                    await secrets.PatchAsync(Key, Patch.Merge(Manifest(made, secret.Metadata.ResourceVersion)), new PatchOptions { FieldManager = FieldManagers.Operator }, cancellationToken);
                }

                return made;
            }
            catch (ApiException e) when (e.IsAlreadyExists || e.IsConflict)
            {
                // Another operator was first.
            }
        }
    }

    private JsonObject Manifest(ServingKeys keys, string? version = null)
    {
        var metadata = new JsonObject { ["name"] = Name, ["namespace"] = settings.Namespace };
        if (version is not null)
        {
            metadata["resourceVersion"] = version;
        }

        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = metadata,
            ["data"] = new JsonObject { ["ca.crt"] = Encode(keys.AuthorityPem), ["tls.crt"] = Encode(keys.CertificatePem), ["tls.key"] = Encode(keys.KeyPem) },
        };
    }

    private static ServingKeys? Read(DynamicObject secret) =>
        secret.Json["data"] is JsonObject data && Decode(data["ca.crt"]) is { } authority && Decode(data["tls.crt"]) is { } certificate && Decode(data["tls.key"]) is { } key
            ? new ServingKeys(authority, certificate, key)
            : null;

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string? Decode(JsonNode? value) => (string?)value is { Length: > 0 } text ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : null;
}
