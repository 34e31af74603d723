using System.Text.Json.Nodes;
using LlmKube.ApiServer.Http;

namespace LlmKube.ApiServer.Lifecycle;

/// <summary>What this server adds to a built-in kind's objects beyond defaults and validation, because it is what it is: one machine.</summary>
internal sealed class BuiltInStrategies(DefinitionStatus definitions)
{
    public void Prepare(ResourceRequest request, JsonObject tree, JsonObject? old)
    {
        if (request.Collection == KnownCollections.Services)
        {
            PrepareService(tree);
        }
        else if (request.Collection == KnownCollections.CustomResourceDefinitions && request.Subresource is null)
        {
            definitions.Settle(tree, old);
        }
    }

    /// <summary>There is no proxy on this machine that could give a virtual address a meaning: every Service is headless, and says so.</summary>
    private static void PrepareService(JsonObject service)
    {
        if (service["spec"] is JsonObject spec && (string?)spec["type"] is "ClusterIP" && spec["clusterIP"] is null)
        {
            spec["clusterIP"] = "None";
            spec["clusterIPs"] = new JsonArray("None");
        }
    }
}
