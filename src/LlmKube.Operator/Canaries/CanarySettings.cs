using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Canaries;

/// <summary>The settings of a trial in effect: what is declared, or what stands in for it.</summary>
/// <param name="Weight">Requests of a hundred that the new version answers.</param>
/// <param name="MinRequests">Requests that it has to have answered.</param>
/// <param name="MaxErrorPercent">Requests of a hundred that may fail.</param>
/// <param name="Observe">For how long it is watched once it is ready.</param>
/// <param name="Ready">Within what time it has to be ready.</param>
internal sealed record CanarySettings(int Weight, int MinRequests, int MaxErrorPercent, TimeSpan Observe, TimeSpan Ready)
{
    public static CanarySettings Of(CanarySpec? spec) => new(
        spec?.Weight ?? 10, spec?.MinRequests ?? 20, spec?.MaxErrorPercent ?? 1, TimeSpan.FromSeconds(spec?.ObserveSeconds ?? 600), TimeSpan.FromSeconds(spec?.ReadySeconds ?? 3600));
}
