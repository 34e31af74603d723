using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;
using LlmKube.ApiServer.Schemas.Rules;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Schemas;

/// <summary>CEL rules hold or fail as on a real server.</summary>
public sealed class RuleTests
{
    private const string Self = """{"mode":"shared","n":3,"x":0.5,"list":["a","b"],"items":[{"k":"a"},{"k":"b"}],"m":{"k":"v"},"empty":"","flag":true,"d":"90s","name-x":"n"}""";

    [Theory]
    [InlineData("self.mode == 'shared'", true)]
    [InlineData("self.mode != \"shared\"", false)]
    [InlineData("!has(self.gone) || self.gone == 'x'", true)]
    [InlineData("has(self.mode) && size(self.mode) > 0", true)]
    [InlineData("self.n >= 3 && self.n < 4", true)]
    [InlineData("double(self.n) >= 2.5 && self.x <= 0.5", true)]
    [InlineData("self.n + 2 * 3 == 9", true)]
    [InlineData("(self.n + 2) * 3 == 15", true)]
    [InlineData("self.n % 2 == 1 && -self.n < 0", true)]
    [InlineData("self.mode in ['a', 'shared']", true)]
    [InlineData("'k' in self.m", true)]
    [InlineData("self.list.all(e, e.matches('^[a-z]$'))", true)]
    [InlineData("self.items.exists(i, i.k == 'b')", true)]
    [InlineData("self.items.exists_one(i, has(i.k))", false)]
    [InlineData("self.items.filter(i, i.k == 'a').size() == 1", true)]
    [InlineData("self.items.map(i, i.k) == self.list", true)]
    [InlineData("self.items[0].k == 'a' && self.m['k'] == 'v'", true)]
    [InlineData("self.flag ? self.n == 3 : self.n == 4", true)]
    [InlineData("self.gone == 1 || true", true)]
    [InlineData("self.gone == 1 && false", false)]
    [InlineData("self.mode.startsWith('sh') && self.mode.endsWith('ed') && self.mode.contains('are')", true)]
    [InlineData("string(self.n) == '3' && int('4') == 4", true)]
    [InlineData("duration(self.d) > duration('1m')", true)]
    [InlineData("self.empty.size() == 0 && self.mode.upperAscii() == 'SHARED'", true)]
    [InlineData("self.name__dash__x == 'n'", true)]
    public void An_expression_has_its_value(string rule, bool expected) =>
        Evaluate(rule).ShouldBe(expected);

    [Theory]
    [InlineData("self.gone")]
    [InlineData("self.list[7] == 'a'")]
    [InlineData("self.n / 0 == 1")]
    [InlineData("self.mode > 1")]
    [InlineData("self.n + 9223372036854775807 > 0")]
    public void An_expression_that_cannot_be_evaluated_fails(string rule) => Should.Throw<CelException>(() => Evaluate(rule));

    [Theory]
    [InlineData("self.a ==")]
    [InlineData("self.(a)")]
    [InlineData("'open")]
    [InlineData("quantity(self.a).isGreaterThan(1)")]
    [InlineData("has(self)")]
    [InlineData("{'a': 1}")]
    public void What_is_not_understood_is_refused_when_parsed(string rule) => Should.Throw<CelException>(() => CelParser.Parse(rule));

    [Fact]
    public void A_rule_that_runs_away_is_stopped()
    {
        var list = "[" + string.Join(',', Enumerable.Range(0, 1000)) + "]";
        Should.Throw<CelException>(() => Evaluate($"{list}.all(a, {list}.all(b, a >= 0 && b >= 0))")).Message.ShouldContain("costs");
    }

    [Fact]
    public void A_failed_rule_is_found_at_its_value()
    {
        var kind = Kinds.Widget("""{"type":"object","properties":{"a":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"x-kubernetes-validations":[{"rule":"has(self.b)","message":"b is needed"}]}}}""");
        new ObjectRules().Validate(kind, Kinds.WidgetObject("""{"a":{}}"""), null).ShouldHaveSingleItem().ToString()
            .ShouldBe("spec.a: Invalid value: \"object\": b is needed");
        new ObjectRules().Validate(kind, Kinds.WidgetObject("""{"a":{"b":1}}"""), null).ShouldBeEmpty();
    }

    [Fact]
    public void A_rule_about_a_change_looks_at_changes_only()
    {
        var kind = Kinds.Widget("""{"type":"object","properties":{"a":{"type":"string","x-kubernetes-validations":[{"rule":"self == oldSelf","message":"a is immutable","reason":"FieldValueForbidden"}]}}}""");
        new ObjectRules().Validate(kind, Kinds.WidgetObject("""{"a":"x"}"""), null).ShouldBeEmpty();
        new ObjectRules().Validate(kind, Kinds.WidgetObject("""{"a":"x"}"""), Kinds.WidgetObject("""{"a":"x"}""")).ShouldBeEmpty();
        new ObjectRules().Validate(kind, Kinds.WidgetObject("""{"a":"y"}"""), Kinds.WidgetObject("""{"a":"x"}""")).ShouldHaveSingleItem().ToString()
            .ShouldBe("spec.a: Forbidden: a is immutable");
    }

    [Fact]
    public void A_rule_beyond_the_known_part_of_the_language_constrains_nothing()
    {
        var kind = Kinds.Widget("""{"type":"object","properties":{"a":{"type":"string","x-kubernetes-validations":[{"rule":"isQuantity(self)"}]}}}""");
        new ObjectRules().Validate(kind, Kinds.WidgetObject("""{"a":"x"}"""), null).ShouldBeEmpty();
    }

    private static object? Evaluate(string rule) => new CelEvaluator(Patterns.TryCompile).Evaluate(
        CelParser.Parse(rule), [KeyValuePair.Create("self", CelValues.Of(JsonNode.Parse(Self)))]);
}
