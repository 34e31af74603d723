namespace LlmKube.ApiServer.Security;

/// <summary>Who makes a request: a client certificate's common name and organisations, or a token's owner.</summary>
internal sealed record UserIdentity(string Name, IReadOnlyList<string> Groups);
