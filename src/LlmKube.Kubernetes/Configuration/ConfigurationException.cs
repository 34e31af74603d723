namespace LlmKube.Kubernetes.Configuration;

/// <summary>The configuration of a client cannot be used; the message says which file, what is wrong, and what to do.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
