using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Storage;
using LlmKube.Kubernetes.Objects;
using Microsoft.AspNetCore.Http;

namespace LlmKube.ApiServer.Http;

/// <summary>Writes what a request is answered with.</summary>
internal static class Answers
{
    public const string Json = "application/json";

    public static Task SendAsync(this HttpContext http, int code, ReadOnlyMemory<byte> json)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = Json;
        http.Response.ContentLength = json.Length;
        http.Response.Headers.CacheControl = "no-cache, private";
        return http.Response.Body.WriteAsync(json, http.RequestAborted).AsTask();
    }

    public static Task SendAsync(this HttpContext http, int code, JsonNode body) => http.SendAsync(code, StoredObject.Serialize(body));

    public static Task SendAsync(this HttpContext http, Status status)
    {
        if (status.Details?.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return http.SendAsync(status.Code ?? 200, JsonSerializer.SerializeToUtf8Bytes(status, KubernetesJson.Default.Status));
    }

    public static Task SendTextAsync(this HttpContext http, int code, string text)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    /// <summary>Tells the client something without refusing the request; kubectl prints it.</summary>
    public static void Warn(this HttpContext http, string message)
    {
        var quoted = message.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        http.Response.Headers.Append("Warning", $"299 - \"{string.Concat(quoted.Where(c => c is >= ' ' and < '\u007f'))}\"");
    }
}
