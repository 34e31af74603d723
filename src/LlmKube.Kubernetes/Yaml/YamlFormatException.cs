namespace LlmKube.Kubernetes.Yaml;

/// <summary>A text is not YAML, or is YAML that has no JSON form. The message says where.</summary>
public sealed class YamlFormatException(string message, Exception? inner = null) : Exception(message, inner);
