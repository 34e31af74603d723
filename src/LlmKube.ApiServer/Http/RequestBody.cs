using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Protobuf;
using LlmKube.Kubernetes.Yaml;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace LlmKube.ApiServer.Http;

/// <summary>Reads a request's body: JSON or YAML, of bounded size, as a tree.</summary>
internal static class RequestBody
{
    /// <summary>What kube-apiserver takes: etcd's limit of 1.5 MiB with room for the encoding.</summary>
    public const int MaxBytes = 3 * 1024 * 1024;

    private const string ServedTypes = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

    /// <summary>The body's media type without parameters, in lower case; empty where there is none.</summary>
    public static string TypeOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? (type.MediaType.Value ?? "").ToLowerInvariant() : "";

    public static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxBytes)
        {
            throw Failures.TooLarge(MaxBytes);
        }

        using var body = new MemoryStream((int)(request.ContentLength ?? 1024));
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > MaxBytes)
            {
                throw Failures.TooLarge(MaxBytes);
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    /// <summary>The one object that a create, an update or an apply sends; <paramref name="tell"/> hears of fields that came twice.</summary>
    public static async Task<JsonObject> ReadObjectAsync(HttpRequest request, Action<IReadOnlyList<string>>? tell, CancellationToken cancellationToken)
    {
        var type = TypeOf(request);
        var yaml = type switch
        {
            "application/yaml" or "application/apply-patch+yaml" => true,
            "application/json" or ProtobufBody.MediaType or "" => false,
            _ => throw Failures.UnsupportedMediaType(type, ServedTypes),
        };
        var body = await ReadAsync(request, cancellationToken);
        if (type == ProtobufBody.MediaType)
        {
            return ReadProtobuf(body);
        }

        if (body.Length == 0)
        {
            throw Failures.BadRequest("the request has no body: send the object as JSON or YAML");
        }

        return Parse(body, yaml, tell) as JsonObject ?? throw Failures.BadRequest("the body must be one object with apiVersion and kind");
    }

    public static JsonNode? Parse(byte[] body, bool yaml, Action<IReadOnlyList<string>>? tell = null)
    {
        try
        {
            if (yaml && !LooksLikeJson(body))
            {
                return YamlText.Parse(Encoding.UTF8.GetString(body));
            }

            var (tree, duplicates) = JsonBody.Parse(body);
            tell?.Invoke([.. duplicates.Select(path => $"duplicate field \"{path}\"")]);
            return tree;
        }
        catch (Exception e) when (e is JsonException or FormatException or YamlFormatException)
        {
            throw Failures.BadRequest($"error decoding the body of the request: {e.Message}");
        }
    }

    private static JsonObject ReadProtobuf(byte[] body)
    {
        try
        {
            return ProtobufBody.Read(body);
        }
        catch (FormatException e)
        {
            throw Failures.BadRequest($"error decoding the body of the request: {e.Message}");
        }
    }

    private static bool LooksLikeJson(ReadOnlySpan<byte> body) => body.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];
}
