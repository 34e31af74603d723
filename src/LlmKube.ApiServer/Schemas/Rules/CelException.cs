namespace LlmKube.ApiServer.Schemas.Rules;

/// <summary>An expression cannot be read, or fails on the values it is given. It never leaves the rules.</summary>
internal sealed class CelException(string message) : Exception(message);
