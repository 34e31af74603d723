using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Backends;
using LlmKube.Models.Signatures;
using LlmKube.Operator.Pods;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Models;

/// <summary>What a Model's <c>spec.verify</c> asks, and what can be told of it before a byte of the model is fetched.</summary>
internal static class SignaturePolicies
{
    /// <summary>What a Model asks; where it says nothing, what the installation asks of every Model. Null where nothing is asked.</summary>
    public static VerifySpec? Asked(Model model, PodSettings? settings) => model.Spec.Verify ?? settings?.Verify;

    /// <summary>The policy; or why there is none that could be kept. Neither where nothing is asked.</summary>
    public static async Task<(SignaturePolicy? Policy, ModelFile? Failure)> FindAsync(KubernetesClient client, Model model, PodSettings? settings, CancellationToken cancellationToken)
    {
        if (Asked(model, settings) is not { } verify)
        {
            return (null, null);
        }

        var name = verify.Keys?.Name ?? "";
        if (name.Length == 0 || await SecretEntries.FindAsync(client, new ObjectKey(model.Metadata.Namespace ?? "", name), cancellationToken) is not { } entries)
        {
            return (null, new ModelFile.Refused(ModelReasons.SecretNotFound, $"There is no Secret {name} in namespace {model.Metadata.Namespace} with the keys that spec.verify names. Create it; the Model goes on by itself."));
        }

        var policy = SignaturePolicy.Of(entries.Values, verify.Policy != VerifyPolicies.Warn);
        return policy.PublicKeysPem.Count > 0 ? (policy, null)
            : (null, new ModelFile.Refused(ModelReasons.SignatureRefused, $"The Secret {name} of spec.verify has no public key in PEM. Put one into any entry of it."));
    }

    /// <summary>Judges a source by the digests that it announces. Where it announces none, whoever fetches it judges.</summary>
    public static async Task<SignatureVerdict> JudgeAsync(IModelSession session, SignaturePolicy policy, CancellationToken cancellationToken)
    {
        return await SignatureCheck.JudgeAsync(session, policy, cancellationToken) switch
        {
            (true, _) => new SignatureVerdict(true, "The model is signed by a key that is trusted, and is what was signed."),
            (false, var fault) => new SignatureVerdict(false, $"The model {fault}.{(policy.IsRequired ? " It is not fetched. Sign it with a key that spec.verify names, or correct the source." : "")}"),
            (null, var why) => new SignatureVerdict(null, why ?? ""),
        };
    }

    /// <summary>What was known at the last look.</summary>
    public static SignatureVerdict? Known(ModelStatus status) => status.Conditions?.FirstOrDefault(condition => condition.Type == ConditionTypes.SignatureVerified) is { } condition
        ? new SignatureVerdict(condition.Status switch { Condition.True => true, Condition.False => false, _ => null }, condition.Message ?? "")
        : null;
}
