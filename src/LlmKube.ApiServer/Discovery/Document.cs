using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Discovery;

/// <summary>A document that the server gives out as it is until its kinds change.</summary>
internal sealed record Document(byte[] Body, string ContentType, string ETag)
{
    public const string Json = "application/json";

    public static Document Of(JsonNode json, string contentType = Json)
    {
        var body = Encoding.UTF8.GetBytes(json.ToJsonString());
        return new Document(body, contentType, $"\"{Convert.ToHexString(SHA256.HashData(body))}\"");
    }
}
