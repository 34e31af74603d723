using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Models;

/// <summary>Everything that the decision about a Model needs.</summary>
internal sealed record ObservedModel(Model Model, string? CacheKey, ModelFile File);
