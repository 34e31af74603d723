using YamlDotNet.RepresentationModel;

namespace LlmKube.Kubernetes.Yaml;

/// <summary>Bounds what aliases may unfold to, so that a few lines cannot fill the memory.</summary>
internal sealed class NodeBudget
{
    private const int MaxNodes = 500_000;
    public const int MaxDepth = 200;

    private int _used;

    public void Spend(YamlNode at)
    {
        if (++_used > MaxNodes)
        {
            throw new YamlFormatException($"line {at.Start.Line}: the document unfolds to more than {MaxNodes} values. Look for aliases (*name) inside aliases.");
        }
    }
}
