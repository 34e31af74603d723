using LlmKube.Models.Catalog;

namespace LlmKube.Cli.Commands.Services;

/// <summary>Lets a catalog say what the person did not. No image is named: that is the operator's to choose.</summary>
internal static class CatalogDeployment
{
    public static DeployOptions Fill(DeployOptions said, CatalogEntry entry, string? source) => said with
    {
        Source = source ?? entry.Source,
        Format = said.Format ?? entry.Format,
        Quantization = said.Quantization ?? entry.Quantization,
        Sha256 = said.Sha256 ?? (source is null ? entry.Sha256 : null),
        ContextSize = said.ContextSize ?? entry.ContextSize,
        Cpu = said.Cpu ?? entry.Resources.Cpu,
        Memory = said.Memory ?? entry.Resources.Memory,
        GpuLayers = said.Gpu ? said.GpuLayers ?? entry.GpuLayers : said.GpuLayers,
        GpuMemory = said.Gpu ? said.GpuMemory ?? entry.Resources.GpuMemory : said.GpuMemory,
    };
}
