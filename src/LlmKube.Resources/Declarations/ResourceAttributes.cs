namespace LlmKube.Resources.Declarations;

/// <summary>What a CRD says about a kind beyond its schema.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CustomResourceAttribute(params string[] shortNames) : Attribute
{
    public IReadOnlyList<string> ShortNames { get; } = shortNames;

    /// <summary>Set for a kind with a scale subresource.</summary>
    public string? SpecReplicasPath { get; init; }

    public string? StatusReplicasPath { get; init; }

    public string? LabelSelectorPath { get; init; }
}

/// <summary>A column of <c>kubectl get</c>. Columns stand in the order of <see cref="Order"/>.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class PrinterColumnAttribute(int order, string name, string type, string jsonPath) : Attribute
{
    public int Order { get; } = order;

    public string Name { get; } = name;

    public string Type { get; } = type;

    public string JsonPath { get; } = jsonPath;

    /// <summary>Shown only with <c>-o wide</c>.</summary>
    public bool Wide { get; init; }
}
