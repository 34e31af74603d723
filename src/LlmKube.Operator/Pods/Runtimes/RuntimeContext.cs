using LlmKube.Operator.Pods.Storage;
using LlmKube.Resources;
using LlmKube.Resources.Hardware;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Pods.Runtimes;

/// <summary>Everything that a runtime is told.</summary>
internal sealed record RuntimeContext(InferenceService Service, Model Model, StoragePlan Storage, GpuRequest Gpu)
{
    public InferenceServiceSpec Spec => Service.Spec;

    public int Port => Defaults.RuntimePortOf(Spec);

    /// <summary>All addresses of both families, so that a cluster with IPv6 alone is served too.</summary>
    public string Host => string.IsNullOrEmpty(Spec.BindAddress) ? "::" : Spec.BindAddress;
}
