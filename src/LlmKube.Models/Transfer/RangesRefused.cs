using LlmKube.Models.Backends;

namespace LlmKube.Models.Transfer;

/// <summary>The place answers a range with something else: the file has to be read in one go.</summary>
internal sealed record RangesRefused(string Message) : ModelFailure(FailureKind.Invalid, Message);
