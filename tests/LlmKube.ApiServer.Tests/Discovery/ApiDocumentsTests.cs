using System.Text.Json.Nodes;
using LlmKube.ApiServer.Discovery;
using LlmKube.ApiServer.Schemas;
using LlmKube.ApiServer.Tests.Schemas;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Discovery;

/// <summary>A client finds out what is served, in each form that clients ask for.</summary>
public sealed class ApiDocumentsTests
{
    private const string KubectlAccept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

    private static readonly ApiDocuments s_documents = new([.. BuiltInKinds.All, Kinds.Widget("""{"type":"object","properties":{"size":{"type":"integer","description":"How large."}}}""")]);

    [Theory]
    [InlineData(null, "application/json", "APIGroupList")]
    [InlineData("application/json", "application/json", "APIGroupList")]
    [InlineData(KubectlAccept, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", "APIGroupDiscoveryList")]
    [InlineData("application/json;as=APIGroupDiscoveryList;v=v2beta1;g=apidiscovery.k8s.io", "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList", "APIGroupDiscoveryList")]
    public void The_form_is_the_one_asked_for(string? accept, string contentType, string kind)
    {
        var document = s_documents.Find("/apis", accept).ShouldNotBeNull();
        document.ContentType.ShouldBe(contentType);
        ((string?)JsonNode.Parse(document.Body)!["kind"]).ShouldBe(kind);
    }

    [Fact]
    public void The_aggregated_form_has_names_scope_and_subresources()
    {
        var widgets = Json("/apis", KubectlAccept)["items"]!.AsArray().First(g => (string?)g!["metadata"]!["name"] is "example.com")!["versions"]![0]!["resources"]![0]!;
        ((string?)widgets["resource"]).ShouldBe("widgets");
        ((string?)widgets["scope"]).ShouldBe("Namespaced");
        ((string?)widgets["shortNames"]![0]).ShouldBe("wd");
        widgets["subresources"]!.AsArray().Select(s => (string?)s!["subresource"]).ShouldBe(["scale", "status"]);
        var pods = Json("/api", KubectlAccept)["items"]![0]!["versions"]![0]!["resources"]!.AsArray().First(r => (string?)r!["resource"] == "pods")!;
        pods["subresources"]!.AsArray().Select(s => (string?)s!["subresource"]).ShouldBe(["log", "status"]);
    }

    [Fact]
    public void The_old_form_lists_resources_and_subresources()
    {
        var names = Json("/apis/apps/v1")["resources"]!.AsArray().Select(r => (string?)r!["name"]).ToList();
        names.ShouldContain("deployments", StringComparer.Ordinal);
        names.ShouldContain("deployments/scale", StringComparer.Ordinal);
        names.ShouldContain("deployments/status", StringComparer.Ordinal);
        ((string?)Json("/apis/apps")["preferredVersion"]!["groupVersion"]).ShouldBe("apps/v1");
        ((string?)Json("/api")["versions"]![0]).ShouldBe("v1");
        ((string?)Json("/api/v1")["groupVersion"]).ShouldBe("v1");
    }

    [Theory]
    [InlineData("/apis/none.example.com")]
    [InlineData("/apis/apps/v9")]
    [InlineData("/openapi/v3/apis/none/v1")]
    [InlineData("/other")]
    public void What_is_not_served_is_not_found(string path) => s_documents.Find(path, null).ShouldBeNull();

    [Fact]
    public void An_etag_changes_with_the_kinds_and_only_with_them()
    {
        var again = new ApiDocuments([.. BuiltInKinds.All, Kinds.Widget("""{"type":"object","properties":{"size":{"type":"integer","description":"How large."}}}""")]);
        var changed = new ApiDocuments(BuiltInKinds.All);
        s_documents.Find("/apis", null)!.ETag.ShouldBe(again.Find("/apis", null)!.ETag);
        (s_documents.Find("/apis", null)!.ETag == changed.Find("/apis", null)!.ETag).ShouldBeFalse();
    }

    [Theory]
    [InlineData("v1", "v2beta1", "v1")]
    [InlineData("v2", "v10", "v10")]
    [InlineData("v1beta2", "v1alpha9", "v1beta2")]
    [InlineData("v1alpha1", "foo", "v1alpha1")]
    public void The_preferred_version_is_the_most_stable_then_the_highest(string one, string other, string preferred) =>
        (VersionRank.Of(one).CompareTo(VersionRank.Of(other)) > 0 ? one : other).ShouldBe(preferred);

    private static JsonNode Json(string path, string? accept = null) => JsonNode.Parse(s_documents.Find(path, accept).ShouldNotBeNull().Body)!;
}
