using System.Text.Json.Nodes;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Security;
using Microsoft.AspNetCore.Http;

namespace LlmKube.ApiServer.Verbs;

/// <summary>
/// The questions "who am I" and "what may I do". Whoever signed in to this server owns it: everything is allowed.
/// </summary>
internal static class AccessReviews
{
    private const string AccessPath = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    private const string RulesPath = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
    private const string SelfPath = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

    public static bool IsReview(string path) => path is AccessPath or RulesPath or SelfPath;

    public static Task HandleAsync(HttpContext http, string path, UserIdentity user) => path switch
    {
        AccessPath => AnswerAsync(http, "authorization.k8s.io/v1", "SelfSubjectAccessReview", Access()),
        RulesPath => AnswerAsync(http, "authorization.k8s.io/v1", "SelfSubjectRulesReview", Rules()),
        _ => AnswerAsync(http, "authentication.k8s.io/v1", "SelfSubjectReview", Self(user)),
    };

    private static async Task AnswerAsync(HttpContext http, string apiVersion, string kind, JsonObject status)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            throw Failures.MethodNotAllowed();
        }

        var review = await RequestBody.ReadObjectAsync(http.Request, null, http.RequestAborted);
        review["apiVersion"] = apiVersion;
        review["kind"] = kind;
        MetadataFields.Of(review);
        review["status"] = status;
        await http.SendAsync(201, review);
    }

    private static JsonObject Access() => new() { ["allowed"] = true, ["reason"] = "whoever signed in to this server may do everything" };

    private static JsonObject Rules() => new()
    {
        ["resourceRules"] = new JsonArray(new JsonObject { ["verbs"] = All(), ["apiGroups"] = All(), ["resources"] = All() }),
        ["nonResourceRules"] = new JsonArray(new JsonObject { ["verbs"] = All(), ["nonResourceURLs"] = All() }),
        ["incomplete"] = false,
    };

    private static JsonObject Self(UserIdentity user) => new()
    {
        ["userInfo"] = new JsonObject
        {
            ["username"] = user.Name,
            ["groups"] = new JsonArray([.. user.Groups.Select(group => (JsonNode?)group)]),
        },
    };

    private static JsonArray All() => ["*"];
}
