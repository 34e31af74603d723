using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Admission;
using LlmKube.Operator.Models;
using LlmKube.Operator.Repositories;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Resources.Validation;

namespace LlmKube.Local;

/// <summary>Our own checks in front of the API server, as the admission webhook makes them in a cluster: all findings at once.</summary>
internal sealed class ResourceAdmission : IAdmission
{
    public void Mutate(AdmissionRequest request)
    {
        // Defaults stand in the CRDs' schemas.
    }

    public AdmissionVerdict Validate(AdmissionRequest request)
    {
        if (request.New is null || request.Subresource is not null)
        {
            return AdmissionVerdict.Allowed;
        }

        try
        {
            return request.Resource.QualifiedPlural switch
            {
                "models.inference.llmkube.dev" => VerdictOf(ModelValidation.Validate(Read(request.New, Model.JsonType), SourceMeaning.Fault)),
                "inferenceservices.inference.llmkube.dev" => VerdictOf(InferenceServiceValidation.Validate(Read(request.New, InferenceService.JsonType))),
                "modelrepositories.inference.llmkube.dev" => VerdictOf(RepositoryMeaning.Validate(Read(request.New, ModelRepository.JsonType))),
                _ => AdmissionVerdict.Allowed,
            };
        }
        catch (JsonException)
        {
            // A value of the wrong type: the schema says so with its path.
            return AdmissionVerdict.Allowed;
        }
    }

    private static T Read<T>(JsonObject json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        json.Deserialize(type) ?? throw new JsonException("The object is null.");

    private static AdmissionVerdict VerdictOf(IReadOnlyList<Finding> findings) =>
        new() { Findings = [.. findings.Select(finding => new AdmissionFinding(finding.Path, finding.Message))] };
}
