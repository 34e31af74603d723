using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Admission;

/// <summary>What is being done to an object.</summary>
public enum AdmissionOperation
{
    Create,
    Update,
    Delete,
}

/// <summary>A change that waits to be admitted. <see cref="New"/> is null for a deletion, <see cref="Old"/> for a creation.</summary>
public sealed record AdmissionRequest(
    AdmissionOperation Operation,
    ResourceDefinition Resource,
    ObjectKey Key,
    string? Subresource,
    JsonObject? New,
    JsonObject? Old,
    bool DryRun);

/// <summary>One field's fault, as it is shown: <c>spec.source: Invalid value: …</c>.</summary>
/// <param name="Field">The path, <c>spec.source</c>.</param>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Reason"><c>FieldValueInvalid</c>, <c>FieldValueRequired</c>, <c>FieldValueForbidden</c>, …</param>
public sealed record AdmissionFinding(string Field, string Message, string Reason = "FieldValueInvalid");

/// <summary>What admission says to a change.</summary>
public sealed record AdmissionVerdict
{
    public static AdmissionVerdict Allowed { get; } = new();

    /// <summary>Faults of fields: the request is answered 422 with all of them.</summary>
    public IReadOnlyList<AdmissionFinding> Findings { get; init; } = [];

    /// <summary>Refuses the change as a whole: the request is answered 403 with this sentence.</summary>
    public string? Denied { get; init; }

    /// <summary>Sentences that the client shows, without refusing.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>The host's own rules on top of the schemas: defaults that depend on other fields, and checks across them.</summary>
public interface IAdmission
{
    /// <summary>Changes <see cref="AdmissionRequest.New"/> in place, before it is validated.</summary>
    void Mutate(AdmissionRequest request);

    AdmissionVerdict Validate(AdmissionRequest request);
}
