namespace LlmKube.Local;

/// <summary>LLMKube cannot be started on this machine; the message says why and what to do.</summary>
public sealed class LocalStartException(string message, Exception? inner = null) : Exception(message, inner);
