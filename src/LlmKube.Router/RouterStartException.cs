namespace LlmKube.Router;

/// <summary>The router cannot listen where it was told to. The message says which option to change.</summary>
public sealed class RouterStartException(string message, Exception inner) : Exception(message, inner);
