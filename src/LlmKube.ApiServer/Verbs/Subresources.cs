using System.Text.Json.Nodes;
using LlmKube.ApiServer.Http;

namespace LlmKube.ApiServer.Verbs;

/// <summary>Which part of an object a path writes: the object without its status, or one part alone.</summary>
internal static class Subresources
{
    /// <summary>The live object with that part of <paramref name="wanted"/> that the request's path may write.</summary>
    public static JsonObject Share(ResourceRequest request, JsonObject live, JsonObject wanted)
    {
        switch (request.Subresource)
        {
            case null:
                var whole = (JsonObject)wanted.DeepClone();
                if (request.Kind.HasStatus)
                {
                    Copy(live, whole, "status");
                }

                return whole;
            case "status":
                var tree = (JsonObject)live.DeepClone();
                Copy(wanted, tree, "status");
                Copy(MetadataFields.Of(wanted), MetadataFields.Of(tree), "managedFields");
                return tree;
            case "finalize":
                var namespaced = (JsonObject)live.DeepClone();
                Copy(wanted, namespaced, "spec");
                return namespaced;
            default:
                throw Failures.NoSuchResource();
        }
    }

    private static void Copy(JsonObject from, JsonObject to, string field)
    {
        if (from[field] is { } value)
        {
            to[field] = value.DeepClone();
        }
        else
        {
            to.Remove(field);
        }
    }
}
