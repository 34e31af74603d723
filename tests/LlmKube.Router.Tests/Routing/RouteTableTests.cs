using LlmKube.Router.Routing;
using Shouldly;
using static LlmKube.Router.Tests.Fixtures.RouterUnderTest;

namespace LlmKube.Router.Tests.Routing;

/// <summary>What a model name means.</summary>
public sealed class RouteTableTests
{
    private static readonly BackendEndpoint s_here = new("127.0.0.1", 1);

    private static readonly RouteTable s_table = new(
    [
        Ready("default", "a", s_here), Ready("team", "a", s_here), Ready("team", "b", s_here), Ready("x", "c", s_here), Ready("y", "c", s_here),
    ]);

    [Theory]
    [InlineData("a", "default/a")]
    [InlineData("team/a", "team/a")]
    [InlineData("b", "team/b")]
    [InlineData("y/c", "y/c")]
    public void A_name_is_qualified_or_in_default_or_the_only_one(string model, string expected) =>
        s_table.Find(model).ShouldBeOfType<ModelLookup.Found>().Target.Model.ToString().ShouldBe(expected);

    [Theory]
    [InlineData("d")]
    [InlineData("team/c")]
    [InlineData("default/b")]
    [InlineData("org/repo/file")]
    [InlineData("/")]
    [InlineData("A")]
    public void Any_other_name_is_not_found(string model) => s_table.Find(model).ShouldBeOfType<ModelLookup.NotFound>();

    [Fact]
    public void A_name_in_several_namespaces_but_default_is_ambiguous() =>
        s_table.Find("c").ShouldBeOfType<ModelLookup.Ambiguous>().Candidates.Select(t => t.Model.ToString()).ShouldBe(["x/c", "y/c"]);

    [Fact]
    public void Every_id_that_is_shown_is_one_that_is_found() =>
        s_table.Targets.ShouldAllBe(t => ((ModelLookup.Found)s_table.Find(s_table.IdOf(t))).Target == t);

    [Fact]
    public void An_id_is_as_short_as_it_can_be() =>
        s_table.Targets.Select(s_table.IdOf).ShouldBe(["a", "team/a", "b", "x/c", "y/c"]);

    [Fact]
    public void Nothing_is_unknown_before_the_first_table() =>
        RouteDecider.Decide(new RequestFacts("a", default, false), table: null).ShouldBeOfType<RoutingDecision.Starting>();

    [Fact]
    public void A_long_list_of_models_is_cut_in_messages()
    {
        var many = new RouteTable(Enumerable.Range(0, 100).Select(i => Ready("default", $"m{i:000}", s_here)));
        var unknown = RouteDecider.Decide(new RequestFacts("a", default, false), many).ShouldBeOfType<RoutingDecision.UnknownModel>();
        RouteDecider.Enumerate(unknown.Available).ShouldEndWith("m019, …");
    }
}
