namespace LlmKube.Repository.Tests.Rbac;

/// <summary>One thing that a role may do: a verb on a resource, with its group and subresource as RBAC writes them.</summary>
/// <param name="Verb">get, list, watch, create, patch, delete, ...</param>
/// <param name="Group">API group; empty for core.</param>
/// <param name="Resource">Plural, with <c>/subresource</c> where there is one.</param>
internal sealed record Permission(string Verb, string Group, string Resource)
{
    public override string ToString() => $"{Verb} {Resource}{(Group.Length == 0 ? "" : "." + Group)}";

    /// <summary>What a request asks for, as the API server's authorizer derives it; null for paths that are no resources.</summary>
    public static IEnumerable<Permission> Of(HttpMethod method, string path, string query, int answered)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments.Length < 3 || segments[0] is not ("api" or "apis"))
        {
            yield break;
        }

        var group = segments[0] == "api" ? "" : segments[1];
        var rest = segments[(segments[0] == "api" ? 2 : 3)..];
        if (rest is ["namespaces", _, _, ..])
        {
            rest = rest[2..];
        }

        if (rest.Length == 0)
        {
            yield break;
        }

        var named = rest.Length > 1;
        var resource = rest.Length > 2 ? $"{rest[0]}/{rest[2]}" : rest[0];
        var verb = method.Method switch
        {
            "GET" when query.Contains("watch=", StringComparison.Ordinal) => "watch",
            "GET" => named ? "get" : "list",
            "POST" => "create",
            "PATCH" => "patch",
            "DELETE" => named ? "delete" : "deletecollection",
            _ => "update",
        };
        yield return new Permission(verb, group, resource);

        // An apply of what is not there yet is a create, and is authorized as one too.
        if (verb == "patch" && answered == 201)
        {
            yield return new Permission("create", group, resource);
        }
    }
}
