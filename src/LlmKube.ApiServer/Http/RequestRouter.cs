using System.Text.Json.Nodes;
using LlmKube.ApiServer.Security;
using LlmKube.ApiServer.Verbs;
using Microsoft.AspNetCore.Http;

namespace LlmKube.ApiServer.Http;

/// <summary>From a path and a method to the code that answers it.</summary>
internal sealed class RequestRouter(ServerContext server, ResourceVerbs verbs, ApiDocumentSource documents)
{
    public Task RouteAsync(HttpContext http, string path, UserIdentity? user)
    {
        if (Authenticator.IsOpen(path) || path.StartsWith("/livez/", StringComparison.Ordinal) || path.StartsWith("/readyz/", StringComparison.Ordinal))
        {
            return path == "/version" ? http.SendAsync(200, Version()) : http.SendTextAsync(200, "ok");
        }

        if (user is null)
        {
            throw Failures.Unauthorized();
        }

        if (AccessReviews.IsReview(path))
        {
            return AccessReviews.HandleAsync(http, path, user);
        }

        if (HttpMethods.IsGet(http.Request.Method) && documents.Find(http.Request, path) is { } document)
        {
            return ApiDocumentSource.SendAsync(http, document);
        }

        if (ResourcePath.Find(path) is { } resource && server.Kinds.Find(resource.Group, resource.Version, resource.Plural) is { } kind)
        {
            RefuseWrongScope(kind.Definition.Namespaced, resource);
            return verbs.HandleAsync(new ResourceRequest(http, kind, resource, RequestQuery.Read(http.Request.Query), user) { Time = server.Time });
        }

        return path == "/" ? http.SendAsync(200, Root()) : throw Failures.NoSuchResource();
    }

    private static void RefuseWrongScope(bool namespaced, ResourcePath path)
    {
        if (namespaced ? path.Name is not null && path.Namespace.Length == 0 : path.Namespace.Length > 0)
        {
            throw Failures.NoSuchResource();
        }
    }

    private static JsonObject Root() => new()
    {
        ["paths"] = new JsonArray("/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"),
    };

    /// <summary>The Kubernetes version whose API this server follows, which clients derive their behaviour from.</summary>
    private static JsonObject Version() => new()
    {
        ["major"] = "1",
        ["minor"] = "32",
        ["gitVersion"] = "v1.32.0+llmkube",
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "1970-01-01T00:00:00Z",
        ["goVersion"] = "",
        ["compiler"] = "dotnet",
        ["platform"] = $"{(OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "linux")}/"
            + System.Runtime.InteropServices.RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(),
    };
}
