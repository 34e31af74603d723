using LlmKube.ApiServer.Schemas;
using LlmKube.Kubernetes.Schemas;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Schemas;

/// <summary>A CRD becomes served kinds, or a list of what is wrong with it.</summary>
public sealed class CrdReaderTests
{
    private const string Valid = """{"type":"object","properties":{"spec":{"type":"object","properties":{"replicas":{"type":"integer"}}}}}""";

    [Fact]
    public void A_definition_is_read_whole()
    {
        var (kinds, findings) = CrdReader.Read(Kinds.Crd(Valid));
        findings.ShouldBeEmpty();
        var kind = kinds.ShouldHaveSingleItem();
        kind.Definition.ApiVersion.ShouldBe("example.com/v1");
        kind.Definition.Namespaced.ShouldBeTrue();
        kind.Singular.ShouldBe("widget");
        kind.ListKind.ShouldBe("WidgetList");
        kind.ShortNames.ShouldBe(["wd"]);
        kind.Categories.ShouldBe(["all"]);
        kind.HasStatus.ShouldBeTrue();
        kind.Scale.ShouldBe(new ScalePaths(".spec.replicas", ".status.replicas", null));
        kind.PrinterColumns.Select(c => c.Name).ShouldBe(["Ready", "Replicas", "Age"]);
        kind.Schema.Name.ShouldBe("com.example.v1.Widget");
        kind.Schema.FindProperty("metadata")!.Name.ShouldBe(CoreTypes.ObjectMeta);
    }

    [Fact]
    public void A_version_that_is_not_served_is_left_out()
    {
        var crd = Kinds.Crd(Valid);
        crd["spec"]!["versions"]![0]!["served"] = false;
        CrdReader.Read(crd).Kinds.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"type":"string"}""", "openAPIV3Schema.type")]
    [InlineData("""{"type":"object","properties":{"spec":{"properties":{}}}}""", "openAPIV3Schema.properties[spec].type")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array"}}}""", "openAPIV3Schema.properties[a].items")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","pattern":"("}}}""", "openAPIV3Schema.properties[a].pattern")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","pattern":"(?=x)"}}}""", "openAPIV3Schema.properties[a].pattern")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{"k":{"type":"string"}}},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"]}}}""", "openAPIV3Schema.properties[a].items.properties[k].default")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"map"}}}""", "openAPIV3Schema.properties[a].x-kubernetes-list-map-keys")]
    [InlineData("""{"type":"object","properties":{"a":{"type":7}}}""", "openAPIV3Schema.properties[a].type")]
    public void A_schema_that_is_not_structural_is_refused_with_its_path(string schema, string field)
    {
        var (kinds, findings) = CrdReader.Read(Kinds.Crd(schema));
        kinds.ShouldBeEmpty();
        findings.Select(f => f.Field).ShouldContain("spec.versions[0].schema." + field, StringComparer.Ordinal);
    }

    [Fact]
    public void The_name_must_be_the_plural_with_the_group()
    {
        var crd = Kinds.Crd(Valid);
        crd["metadata"]!["name"] = "widget.example.com";
        CrdReader.Read(crd).Findings.ShouldHaveSingleItem().Field.ShouldBe("metadata.name");
    }

    [Fact]
    public void Exactly_one_version_is_stored()
    {
        var crd = Kinds.Crd(Valid);
        crd["spec"]!["versions"]![0]!["storage"] = false;
        CrdReader.Read(crd).Findings.ShouldHaveSingleItem().Detail.ShouldContain("exactly one version");
    }
}
