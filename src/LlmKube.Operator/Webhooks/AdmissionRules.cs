using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Models;
using LlmKube.Operator.Repositories;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;

namespace LlmKube.Operator.Webhooks;

/// <summary>Answers an admission.k8s.io/v1 AdmissionReview. Pure.</summary>
public static class AdmissionRules
{
    public const string ValidatePath = "/validate-inference-llmkube-dev-v1alpha1";
    public const string MutateModelPath = "/mutate-inference-llmkube-dev-v1alpha1-model";

    public static bool IsServed(string path) => path is ValidatePath or MutateModelPath;

    /// <summary>The review with its response; null where the request is no review.</summary>
    public static JsonObject? Answer(string path, JsonObject review)
    {
        if (review["request"] is not JsonObject request || (string?)request["uid"] is not { } uid)
        {
            return null;
        }

        var response = path == MutateModelPath ? Default(request) : Validate(request);
        response["uid"] = uid;
        return new JsonObject { ["apiVersion"] = "admission.k8s.io/v1", ["kind"] = "AdmissionReview", ["response"] = response };
    }

    /// <summary>A GPU that is reached through Vulkan or ROCm says what the accelerator is, where nothing else does.</summary>
    private static JsonObject Default(JsonObject request)
    {
        var allowed = new JsonObject { ["allowed"] = true };
        if (Read(request, Model.JsonType) is not { } model
            || model.Spec.Hardware is not { } hardware
            || hardware.Accelerator is not (null or "" or Accelerators.Cpu)
            || Defaults.AcceleratorOf(model.Spec) is var accelerator && accelerator is Accelerators.Cpu)
        {
            return allowed;
        }

        var patch = new JsonArray(new JsonObject { ["op"] = "add", ["path"] = "/spec/hardware/accelerator", ["value"] = accelerator });
        allowed["patchType"] = "JSONPatch";
        allowed["patch"] = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(patch, KubernetesJson.Default.JsonArray));
        return allowed;
    }

    private static JsonObject Validate(JsonObject request)
    {
        // What was let in once and is not touched, or is on its way out, is not held up by rules that came later.
        if (request["object"] is not JsonObject now || now["metadata"]?["deletionTimestamp"] is not null
            || (request["oldObject"] is JsonObject before && JsonNode.DeepEquals(before["spec"], now["spec"])))
        {
            return new JsonObject { ["allowed"] = true };
        }

        var findings = FindingsOf(request);
        return findings.Count == 0
            ? new JsonObject { ["allowed"] = true }
            : new JsonObject
            {
                ["allowed"] = false,
                ["status"] = new JsonObject { ["code"] = 422, ["reason"] = "Invalid", ["message"] = Finding.Summarize(findings) },
            };
    }

    private static IReadOnlyList<Finding> FindingsOf(JsonObject request) => (string?)request["resource"]?["resource"] switch
    {
        "models" when Read(request, Model.JsonType) is { } model => ModelValidation.Validate(model, SourceMeaning.Fault),
        "inferenceservices" when Read(request, InferenceService.JsonType) is { } service => InferenceServiceValidation.Validate(service),
        "modelrepositories" when Read(request, ModelRepository.JsonType) is { } repository => RepositoryMeaning.Validate(repository),
        _ => [],
    };

    /// <summary>Null for a value of the wrong type, of which the schema tells with its path.</summary>
    private static T? Read<T>(JsonObject request, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return request["object"]?.Deserialize(type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
