using System.Text.Json.Nodes;
using LlmKube.ApiServer.Discovery;
using LlmKube.ApiServer.Schemas;
using LlmKube.ApiServer.Tests.Schemas;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.OpenApi;

/// <summary>The OpenAPI documents hold what kubectl looks for in them.</summary>
public sealed class OpenApiTests
{
    private static readonly ApiDocuments s_documents = new([.. BuiltInKinds.All, Kinds.Widget("""{"type":"object","properties":{"size":{"type":"integer","description":"How large."}}}""")]);

    [Fact]
    public void The_index_names_every_group_version()
    {
        var paths = Json("/openapi/v3")["paths"]!.AsObject();
        paths.Select(p => p.Key).ShouldContain("api/v1", StringComparer.Ordinal);
        ((string?)paths["apis/example.com/v1"]!["serverRelativeURL"])!.ShouldStartWith("/openapi/v3/apis/example.com/v1?hash=");
    }

    [Theory]
    [InlineData("api/v1", "/api/v1/namespaces/{namespace}/pods/{name}", true)]
    [InlineData("apis/apps/v1", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}", true)]
    [InlineData("apis/example.com/v1", "/apis/example.com/v1/namespaces/{namespace}/widgets/{name}", false)]
    [InlineData("api/v1", "/api/v1/nodes/{name}", true)]
    public void A_patch_says_that_the_server_validates_and_which_patches_it_takes(string groupVersion, string path, bool strategic)
    {
        var patch = Json($"/openapi/v3/{groupVersion}")["paths"]![path]!["patch"]!;
        patch["parameters"]!.AsArray().Select(p => (string?)p!["name"]).ShouldBe(["dryRun", "fieldManager", "fieldValidation"]);
        patch["requestBody"]!["content"]!.AsObject().ContainsKey("application/strategic-merge-patch+json").ShouldBe(strategic);
    }

    [Fact]
    public void Every_reference_leads_to_a_component()
    {
        foreach (var path in Json("/openapi/v3")["paths"]!.AsObject().Select(p => p.Key))
        {
            var document = Json($"/openapi/v3/{path}");
            var components = document["components"]!["schemas"]!.AsObject();
            foreach (var reference in References(document))
            {
                components.ContainsKey(reference["#/components/schemas/".Length..]).ShouldBeTrue($"{reference} in {path}");
            }
        }
    }

    [Fact]
    public void A_component_has_its_kind_and_merge_keys()
    {
        var components = Json("/openapi/v3/api/v1")["components"]!["schemas"]!;
        ((string?)components["io.k8s.api.core.v1.Pod"]!["x-kubernetes-group-version-kind"]![0]!["kind"]).ShouldBe("Pod");
        ((string?)components["io.k8s.api.core.v1.PodSpec"]!["properties"]!["containers"]!["x-kubernetes-patch-merge-key"]).ShouldBe("name");
        ((string?)components["io.k8s.api.core.v1.PodSpec"]!["properties"]!["containers"]!["items"]!["$ref"]).ShouldBe("#/components/schemas/io.k8s.api.core.v1.Container");
        var widget = Json("/openapi/v3/apis/example.com/v1")["components"]!["schemas"]!["com.example.v1.Widget"]!;
        ((string?)widget["properties"]!["spec"]!["properties"]!["size"]!["description"]).ShouldBe("How large.");
    }

    [Fact]
    public void The_old_document_has_every_definition()
    {
        var document = Json("/openapi/v2");
        foreach (var reference in References(document))
        {
            document["definitions"]!.AsObject().ContainsKey(reference["#/definitions/".Length..]).ShouldBeTrue(reference);
        }

        document["definitions"]!.AsObject().ContainsKey("com.example.v1.Widget").ShouldBeTrue();
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject obj => obj.SelectMany(p => p.Key == "$ref" && p.Value is JsonValue ? [(string)p.Value!] : References(p.Value)),
        JsonArray array => array.SelectMany(References),
        _ => [],
    };

    private static JsonNode Json(string path) => JsonNode.Parse(s_documents.Find(path, null).ShouldNotBeNull().Body)!;
}
