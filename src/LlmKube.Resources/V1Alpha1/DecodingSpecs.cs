using LlmKube.Resources.Declarations;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>How the context is stretched beyond what the model was trained for.</summary>
public sealed record RopeScalingSpec
{
    /// <summary>Method.</summary>
    [Required]
    [OneOf("linear", "yarn", "longrope")]
    public string Type { get => field ?? ""; init; }

    /// <summary>By how much.</summary>
    [Pattern(@"^[0-9]+(\.[0-9]+)?$")]
    public string? Factor { get; init; }

    /// <summary>Tokens of context that the model was trained for.</summary>
    [Minimum(128)]
    public int? OriginalContext { get; init; }
}

/// <summary>How tokens are guessed before the model confirms them.</summary>
[Cel(
    "!(self.type in ['draft', 'draft-simple', 'draft-eagle3', 'draft-dflash', 'draft-dspark'])"
    + " || (has(self.draftModelRef) && size(self.draftModelRef) > 0) || (has(self.draftModel) && size(self.draftModel) > 0)",
    "this type needs draftModelRef or draftModel")]
[Cel(
    "self.type in ['draft', 'draft-simple', 'draft-eagle3', 'draft-dflash', 'draft-dspark', 'draft-mtp']"
    + " || ((!has(self.draftModelRef) || size(self.draftModelRef) == 0) && (!has(self.draftModel) || size(self.draftModel) == 0))",
    "this type takes no draft model")]
[Cel(
    "!(has(self.draftModelRef) && size(self.draftModelRef) > 0 && has(self.draftModel) && size(self.draftModel) > 0)",
    "give either draftModelRef or draftModel, not both")]
public sealed record SpeculativeDecodingSpec
{
    /// <summary>Method. mtp means draft-mtp, draft means draft-simple, none and disabled mean no guessing.</summary>
    [Required]
    [OneOf(
        "none", "disabled", "mtp", "draft", "draft-simple", "draft-eagle3", "draft-mtp", "draft-dflash", "draft-dspark",
        "ngram-simple", "ngram-map-k", "ngram-map-k4v", "ngram-mod", "ngram-cache")]
    public string Type { get => field ?? ""; init; }

    /// <summary>Model of the same namespace that guesses.</summary>
    public string? DraftModelRef { get; init; }

    /// <summary>File that guesses, among the files of the served Model.</summary>
    [Length(1, 253)]
    public string? DraftModel { get; init; }

    /// <summary>Most tokens guessed at once.</summary>
    [Minimum(1)]
    public int? NDraftMax { get; init; }

    /// <summary>Guess on only while the guess is at least this probable.</summary>
    [Minimum(0)]
    [Maximum(1)]
    public double? PMin { get; init; }
}
