namespace LlmKube.Kubernetes.Schemas;

/// <summary>A JSON document that is meant to be a schema says something that a schema cannot say.</summary>
public sealed class SchemaFormatException(string path, string problem) : FormatException($"{path}: {problem}")
{
    /// <summary>Where in the schema, such as <c>properties[spec].items</c>.</summary>
    public string Path { get; } = path;

    /// <summary>What is wrong there.</summary>
    public string Problem { get; } = problem;
}
