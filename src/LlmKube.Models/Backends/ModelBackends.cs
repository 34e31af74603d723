using LlmKube.Models.Backends.Http;
using LlmKube.Models.Backends.HuggingFace;
using LlmKube.Models.Backends.Local;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Backends.Oci;
using LlmKube.Models.Backends.S3;

namespace LlmKube.Models.Backends;

/// <summary>All ways to all places.</summary>
public static class ModelBackends
{
    /// <summary>The backends of an installation.</summary>
    /// <param name="network">What connections are allowed.</param>
    /// <param name="hub">Which Hugging Face Hub is meant.</param>
    /// <param name="roots">The folders of this machine that may be read.</param>
    /// <param name="time">The clock.</param>
    public static IReadOnlyList<IModelBackend> All(NetworkOptions network, HuggingFaceOptions hub, IReadOnlyList<string> roots, TimeProvider time) =>
        [new HttpBackend(network, time), new HuggingFaceBackend(network, hub, time), new S3Backend(network, time), new OciBackend(network, time), new LocalBackend(roots)];
}
