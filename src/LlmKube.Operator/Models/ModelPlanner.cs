using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Verdicts;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Models;

/// <summary>What is thought of a Model, and the status that says so.</summary>
internal sealed record ModelPlan(Verdict Verdict, ModelStatus Status);

/// <summary>Decides a Model's status from what was found at its source. No I/O.</summary>
internal static class ModelPlanner
{
    public static ModelPlan Plan(ObservedModel observed, DateTimeOffset now)
    {
        var model = observed.Model;
        var verdict = Judge(observed);
        var status = new ModelStatus
        {
            Phase = verdict is Verdict.Ready ? ModelPhases.Ready : ModelPhases.Failed,
            CacheKey = observed.CacheKey,
            AcceleratorReady = true,
            ObservedGeneration = model.Metadata.Generation,
            Conditions = Conditions.Merge(model.Status?.Conditions, Wanted(verdict, model), now),
            LastUpdated = model.Status?.LastUpdated,
        };
        if (observed.File is ModelFile.Found found)
        {
            status = status with
            {
                Path = found.Path,
                Size = ByteSize.Format(found.SizeBytes),
                SourceContentLength = found.SizeBytes,
                ResolvedRevision = found.Revision,
                Sha256 = found.Sha256,
                Gguf = found.Gguf,
            };
        }

        return new ModelPlan(verdict, status);
    }

    private static Verdict Judge(ObservedModel observed) => observed.File switch
    {
        ModelFile.Refused refused => new Verdict.Blocked(refused.Reason, refused.Message),
        ModelFile.Found found => new Verdict.Ready(ModelReasons.ModelReady, $"The file {found.Path} is there ({ByteSize.Format(found.SizeBytes)}) and is served where it is."),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IEnumerable<Condition> Wanted(Verdict verdict, Model model)
    {
        foreach (var condition in VerdictConditions.Of(verdict, model.Metadata.Generation))
        {
            yield return condition;
        }
    }
}
