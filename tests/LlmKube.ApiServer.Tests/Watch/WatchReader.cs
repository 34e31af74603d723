using System.Text;
using System.Text.Json.Nodes;
using LlmKube.TestKit;

namespace LlmKube.ApiServer.Tests.Watch;

/// <summary>Reads a watch line by line.</summary>
internal sealed class WatchReader : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private WatchReader(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _lines = new StreamReader(stream, Encoding.UTF8);
    }

    public static async Task<WatchReader> OpenAsync(ApiServerFixture api, string path, string query = "", string? accept = null)
    {
        var response = await api.SendRawAsync(HttpMethod.Get, $"{path}?watch=1{query}", accept: accept);
        response.EnsureSuccessStatusCode();
        return new WatchReader(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event, or null when the watch has ended.</summary>
    public async Task<(string Type, JsonObject Object)?> NextAsync()
    {
        var line = await _lines.ReadLineAsync().WaitAsync(s_patience, TimeProvider.System);
        return line is null ? null : ((string)JsonNode.Parse(line)!["type"]!, (JsonObject)JsonNode.Parse(line)!["object"]!);
    }

    /// <summary>The next event in short: <c>ADDED name</c>.</summary>
    public async Task<string?> NextLineAsync() =>
        await NextAsync() is var (type, obj) ? $"{type} {obj.Text("metadata", "name") ?? obj.Text("reason")}" : null;

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }
}
