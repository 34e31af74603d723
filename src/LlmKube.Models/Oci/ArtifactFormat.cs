namespace LlmKube.Models.Oci;

/// <summary>As what a model is put into a registry.</summary>
public enum ArtifactFormat
{
    /// <summary>CNCF ModelPack: each file a layer as it is.</summary>
    ModelPack,

    /// <summary>As Docker Model Runner reads it.</summary>
    Docker,

    /// <summary>An image for containers, whose files a pod mounts: each file a layer of its own, as a tar archive.</summary>
    Image,
}

/// <summary>Where the files of an image lie.</summary>
public enum ImageLayout
{
    /// <summary>At its root, as KubeAI and LLMKube mount it.</summary>
    Root,

    /// <summary>Below <c>/models</c>, as KServe mounts it.</summary>
    Models,
}
