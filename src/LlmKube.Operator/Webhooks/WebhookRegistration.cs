using System.Text;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Operator.Webhooks;

/// <summary>What tells the API server to ask us. Pure.</summary>
internal static class WebhookRegistration
{
    public const string ValidatingName = "llmkube-validating";
    public const string MutatingName = "llmkube-mutating";

    public static ResourceDefinition Validating { get; } =
        new("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", Namespaced: false);

    public static ResourceDefinition Mutating { get; } =
        new("admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", Namespaced: false);

    public static DynamicObject ValidatingOf(WebhookSettings settings, string authorityPem) =>
        Of(Validating, ValidatingName, "validate.inference.llmkube.dev", AdmissionRules.ValidatePath, ["models", "inferenceservices", "modelrepositories"], settings.FailurePolicy, settings, authorityPem);

    /// <summary>A default that is not filled in is filled in by whoever reads it, so nothing is refused for it.</summary>
    public static DynamicObject MutatingOf(WebhookSettings settings, string authorityPem) =>
        Of(Mutating, MutatingName, "default.inference.llmkube.dev", AdmissionRules.MutateModelPath, ["models"], "Ignore", settings, authorityPem);

    private static DynamicObject Of(
        ResourceDefinition kind, string name, string webhook, string path, string[] resources, string failurePolicy, WebhookSettings settings, string authorityPem) => new(new JsonObject
    {
        ["apiVersion"] = kind.ApiVersion,
        ["kind"] = kind.Kind,
        ["metadata"] = new JsonObject { ["name"] = name },
        ["webhooks"] = new JsonArray(new JsonObject
        {
            ["name"] = webhook,
            ["admissionReviewVersions"] = new JsonArray("v1"),
            ["sideEffects"] = "None",
            ["timeoutSeconds"] = 5,
            ["failurePolicy"] = failurePolicy,
            ["matchPolicy"] = "Equivalent",
            ["clientConfig"] = new JsonObject
            {
                ["caBundle"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(authorityPem)),
                ["service"] = new JsonObject { ["name"] = settings.ServiceName, ["namespace"] = settings.Namespace, ["path"] = path, ["port"] = 443 },
            },
            ["rules"] = new JsonArray(new JsonObject
            {
                ["apiGroups"] = new JsonArray("inference.llmkube.dev"),
                ["apiVersions"] = new JsonArray("v1alpha1"),
                ["operations"] = new JsonArray("CREATE", "UPDATE"),
                ["resources"] = new JsonArray([.. resources.Select(resource => (JsonNode)resource)]),
                ["scope"] = "Namespaced",
            }),
        }),
    });
}
