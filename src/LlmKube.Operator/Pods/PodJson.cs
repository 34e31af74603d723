using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Operator.Pods;

/// <summary>The parts of a pod that users write too, and that are therefore kept as JSON: volumes, mounts, variables, probes.</summary>
internal static class PodJson
{
    public static JsonElement Of(JsonObject json) => JsonSerializer.SerializeToElement(json, KubernetesJson.Default.JsonObject);

    public static JsonElement Variable(string name, string value) => Of(new JsonObject { ["name"] = name, ["value"] = value });

    public static JsonElement VariableFromSecret(string name, string secret, string key, bool? optional)
    {
        var reference = new JsonObject { ["name"] = secret, ["key"] = key };
        if (optional is { } may)
        {
            reference["optional"] = may;
        }

        return Of(new JsonObject { ["name"] = name, ["valueFrom"] = new JsonObject { ["secretKeyRef"] = reference } });
    }

    public static JsonElement ClaimVolume(string name, string claim, bool readOnly)
    {
        var reference = new JsonObject { ["claimName"] = claim };
        if (readOnly)
        {
            reference["readOnly"] = true;
        }

        return Of(new JsonObject { ["name"] = name, ["persistentVolumeClaim"] = reference });
    }

    public static JsonElement EmptyVolume(string name, string? sizeLimit = null, string? medium = null)
    {
        var empty = new JsonObject();
        if (!string.IsNullOrEmpty(sizeLimit))
        {
            empty["sizeLimit"] = sizeLimit;
        }

        if (medium is not null)
        {
            empty["medium"] = medium;
        }

        return Of(new JsonObject { ["name"] = name, ["emptyDir"] = empty });
    }

    public static JsonElement HostVolume(string name, string path, string? type)
    {
        var host = new JsonObject { ["path"] = path };
        if (type is not null)
        {
            host["type"] = type;
        }

        return Of(new JsonObject { ["name"] = name, ["hostPath"] = host });
    }

    public static JsonElement SecretVolume(string name, string secret) =>
        Of(new JsonObject { ["name"] = name, ["secret"] = new JsonObject { ["secretName"] = secret } });

    public static JsonElement Mount(string volume, string path, bool readOnly)
    {
        var mount = new JsonObject { ["name"] = volume, ["mountPath"] = path };
        if (readOnly)
        {
            mount["readOnly"] = true;
        }

        return Of(mount);
    }

    /// <summary>The <c>name</c> of a volume, a mount or a variable.</summary>
    public static string NameOf(JsonElement part) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString()! : "";

    /// <summary>A copy with another value of a text field.</summary>
    public static JsonElement With(JsonElement part, string field, string value)
    {
        var copy = JsonObject.Create(part)!.DeepClone().AsObject();
        copy[field] = value;
        return Of(copy);
    }
}
