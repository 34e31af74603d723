namespace LlmKube.Resources.V1Alpha1;

/// <summary>Values of a Model's <c>status.phase</c>.</summary>
public static class ModelPhases
{
    public const string Pending = "Pending";
    public const string Downloading = "Downloading";
    public const string Copying = "Copying";
    public const string Ready = "Ready";
    public const string Failed = "Failed";
}

/// <summary>Values of <c>spec.format</c>.</summary>
public static class ModelFormats
{
    public const string Gguf = "gguf";
    public const string Mlx = "mlx";
    public const string Safetensors = "safetensors";
    public const string Pytorch = "pytorch";
    public const string Custom = "custom";
}

/// <summary>Values of <c>spec.refreshPolicy</c>.</summary>
public static class RefreshPolicies
{
    public const string IfNotPresent = "IfNotPresent";
    public const string OnChange = "OnChange";
    public const string Canary = "Canary";
}

/// <summary>Values of <c>spec.verify.policy</c>.</summary>
public static class VerifyPolicies
{
    public const string Require = "Require";
    public const string Warn = "Warn";
}

/// <summary>Values of <c>spec.hardware.accelerator</c>.</summary>
public static class Accelerators
{
    public const string Cpu = "cpu";
    public const string Metal = "metal";
    public const string Cuda = "cuda";
    public const string Rocm = "rocm";
    public const string Intel = "intel";
    public const string Vulkan = "vulkan";
}

/// <summary>Values of <c>spec.hardware.gpu.vendor</c>.</summary>
public static class GpuVendors
{
    public const string Nvidia = "nvidia";
    public const string Amd = "amd";
    public const string Intel = "intel";
}

/// <summary>Values of <c>spec.hardware.gpu.runtime</c>.</summary>
public static class GpuRuntimes
{
    public const string Vulkan = "vulkan";
    public const string Rocm = "rocm";
}

/// <summary>Values of <c>spec.hardware.gpu.sharding.strategy</c>.</summary>
public static class ShardingStrategies
{
    public const string Layer = "layer";
    public const string Tensor = "tensor";
    public const string Row = "row";
    public const string Pipeline = "pipeline";
    public const string None = "none";
}
