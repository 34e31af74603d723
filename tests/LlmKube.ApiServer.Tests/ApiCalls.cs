using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using LlmKube.TestKit;
using Shouldly;

namespace LlmKube.ApiServer.Tests;

/// <summary>Raw calls, so that tests see exactly what goes over the wire.</summary>
internal static class ApiCalls
{
    public const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    public const string MergePatch = "application/merge-patch+json";
    public const string ServerSideApply = "application/apply-patch+yaml";

    public static async Task<(HttpStatusCode Code, JsonObject Body)> SendAsync(
        this ApiServerFixture api, HttpMethod method, string path, JsonNode? body = null, string type = "application/json", string? accept = null)
    {
        using var response = await api.SendRawAsync(method, path, body, type, accept);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, JsonNode.Parse(text) as JsonObject ?? throw new InvalidOperationException($"{method} {path} answered {text}"));
    }

    public static async Task<HttpResponseMessage> SendRawAsync(
        this ApiServerFixture api, HttpMethod method, string path, JsonNode? body = null, string type = "application/json", string? accept = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToJsonString()));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        return await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public static Task<(HttpStatusCode Code, JsonObject Body)> GetAsync(this ApiServerFixture api, string path, string? accept = null) =>
        api.SendAsync(HttpMethod.Get, path, accept: accept);

    public static Task<(HttpStatusCode Code, JsonObject Body)> PostAsync(this ApiServerFixture api, string path, JsonNode body) =>
        api.SendAsync(HttpMethod.Post, path, body);

    public static Task<(HttpStatusCode Code, JsonObject Body)> PutAsync(this ApiServerFixture api, string path, JsonNode body) =>
        api.SendAsync(HttpMethod.Put, path, body);

    public static Task<(HttpStatusCode Code, JsonObject Body)> PatchAsync(this ApiServerFixture api, string path, JsonNode body, string type = MergePatch) =>
        api.SendAsync(HttpMethod.Patch, path, body, type);

    public static Task<(HttpStatusCode Code, JsonObject Body)> DeleteAsync(this ApiServerFixture api, string path, JsonNode? body = null) =>
        api.SendAsync(HttpMethod.Delete, path, body);

    /// <summary>Creates an object and returns it as stored.</summary>
    public static async Task<JsonObject> CreateAsync(this ApiServerFixture api, string path, JsonNode body)
    {
        var (code, created) = await api.PostAsync(path, body);
        code.ShouldBe(HttpStatusCode.Created, created.ToJsonString());
        return created;
    }

    /// <summary>Asks until the answer is as wanted.</summary>
    public static async Task<JsonObject> EventuallyAsync(this ApiServerFixture api, string path, Func<HttpStatusCode, JsonObject, bool> wanted)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var (code, body) = await api.GetAsync(path);
            if (wanted(code, body))
            {
                return body;
            }

            deadline.IsCancellationRequested.ShouldBeFalse($"{path} stayed {body.ToJsonString()}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    public static Task GoneAsync(this ApiServerFixture api, string path) => api.EventuallyAsync(path, (code, _) => code == HttpStatusCode.NotFound);

    public static JsonObject ConfigMap(string name, string ns = "default", params (string Key, string Value)[] data) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
        ["data"] = new JsonObject(data.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
    };

    public static long Version(this JsonObject obj) => long.Parse(obj.Text("metadata", "resourceVersion")!, CultureInfo.InvariantCulture);

    public static string? Text(this JsonNode? node, params string[] path)
    {
        foreach (var step in path)
        {
            node = node?[step];
        }

        return node?.ToString();
    }
}
