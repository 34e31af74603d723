using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Discovery;

namespace LlmKube.ApiServer.OpenApi;

/// <summary>The OpenAPI documents: v3's index with one document a group version, and v2 with everything in one.</summary>
internal sealed class OpenApiDocuments(GroupedKinds catalog)
{
    private const string V3Root = "/openapi/v3";

    /// <summary>The document at <paramref name="path"/>, or null.</summary>
    public Document? Build(string path)
    {
        if (path == "/openapi/v2")
        {
            return Document.Of(OpenApiV2.Write(catalog));
        }

        if (path == V3Root)
        {
            return Document.Of(Index());
        }

        foreach (var version in catalog.Groups.SelectMany(g => g.Versions))
        {
            if (path == $"{V3Root}/{version.Path}")
            {
                return Document.Of(OpenApiV3.Write(version));
            }
        }

        return null;
    }

    private JsonObject Index()
    {
        var paths = new JsonObject();
        foreach (var version in catalog.Groups.SelectMany(g => g.Versions))
        {
            paths[version.Path] = new JsonObject { ["serverRelativeURL"] = $"{V3Root}/{version.Path}?hash={HashOf(version)}" };
        }

        return new JsonObject { ["paths"] = paths };
    }

    /// <summary>
    /// Changes when the document does. The built-in kinds change with this assembly only, so that their documents need not be
    /// built to write the index.
    /// </summary>
    private static string HashOf(ApiVersion version)
    {
        if (version.Kinds.All(kind => kind.IsBuiltIn))
        {
            return typeof(OpenApiDocuments).Module.ModuleVersionId.ToString("N").ToUpperInvariant();
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(OpenApiV3.Write(version).ToJsonString())));
    }
}
