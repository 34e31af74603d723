using LlmKube.Models.Backends;
using LlmKube.Models.Sources;
using Shouldly;

namespace LlmKube.Models.Tests.Backends;

/// <summary>Asks a backend, and reads what it gives.</summary>
internal static class BackendProbe
{
    public static ModelSource Source(string text) => ModelSourceParser.Parse(text).ShouldBeOfType<SourceParseResult.Parsed>().Source;

    public static ConnectOptions With(params (string Key, string Value)[] credentials) =>
        new() { Credentials = credentials.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal) };

    public static async Task<IModelSession> ConnectedAsync(this IModelBackend backend, string source, ConnectOptions? options = null)
    {
        var result = await backend.ConnectAsync(Source(source), options ?? new ConnectOptions(), Xunit.TestContext.Current.CancellationToken);
        return result.ShouldBeOfType<ConnectResult.Connected>((result as ConnectResult.Failed)?.Failure.ToString()).Session;
    }

    public static async Task<ModelFailure> RefusedAsync(this IModelBackend backend, string source, ConnectOptions? options = null) =>
        (await backend.ConnectAsync(Source(source), options ?? new ConnectOptions(), Xunit.TestContext.Current.CancellationToken)).ShouldBeOfType<ConnectResult.Failed>().Failure;

    /// <summary>Reads what an opening gives, to its end.</summary>
    public static async Task<byte[]> ReadAsync(this IModelSession session, string? path = null, long offset = 0, long? length = null)
    {
        var result = await OpenAsync(session, path, offset, length);
        var opened = result.ShouldBeOfType<OpenResult.Opened>((result as OpenResult.Failed)?.Failure.ToString());
        await using (opened.Content)
        {
            using var bytes = new MemoryStream();
            await opened.Content.CopyToAsync(bytes, Xunit.TestContext.Current.CancellationToken);
            return bytes.ToArray();
        }
    }

    public static Task<OpenResult> OpenAsync(this IModelSession session, string? path = null, long offset = 0, long? length = null) =>
        session.OpenAsync(path is null ? session.Files.Single() : session.Files.Single(file => file.Path == path), offset, length, Xunit.TestContext.Current.CancellationToken);

    public static async Task<ModelFailure> FailToOpenAsync(this IModelSession session, long offset = 0, long? length = null) =>
        (await OpenAsync(session, null, offset, length)).ShouldBeOfType<OpenResult.Failed>().Failure;
}
