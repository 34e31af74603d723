using LlmKube.ApiServer.Selectors;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Selectors;

/// <summary>The label selector grammar as a table.</summary>
public sealed class LabelSelectorTests
{
    private static readonly Dictionary<string, string> s_labels = new(StringComparer.Ordinal)
    {
        ["app"] = "web",
        ["tier"] = "front",
        ["n"] = "5",
        ["example.com/team"] = "a.b_c-d",
        ["empty"] = "",
    };

    [Theory]
    [InlineData("", true)]
    [InlineData("app=web", true)]
    [InlineData("app==web", true)]
    [InlineData(" app = web , tier = front ", true)]
    [InlineData("app=web,tier=back", false)]
    [InlineData("app!=web", false)]
    [InlineData("app!=db", true)]
    [InlineData("missing!=db", true)]
    [InlineData("app", true)]
    [InlineData("!app", false)]
    [InlineData("!missing", true)]
    [InlineData("! missing", true)]
    [InlineData("app in (web,db)", true)]
    [InlineData("app in(db)", false)]
    [InlineData("app notin (db, cache)", true)]
    [InlineData("missing notin (db)", true)]
    [InlineData("missing in (db)", false)]
    [InlineData("app in (web),tier notin (back),n>4,n<6", true)]
    [InlineData("n>5", false)]
    [InlineData("n<5", false)]
    [InlineData("app>1", false)]
    [InlineData("example.com/team=a.b_c-d", true)]
    [InlineData("empty=", true)]
    [InlineData("empty", true)]
    [InlineData("empty in (,x)", true)]
    [InlineData("app=", false)]
    public void Matches(string text, bool matches)
    {
        LabelSelector.TryParse(text, out var selector, out var fault).ShouldBeTrue(fault);
        selector.Matches(s_labels).ShouldBe(matches);
    }

    [Theory]
    [InlineData("app=web,")]
    [InlineData("=web")]
    [InlineData("app in web")]
    [InlineData("app in (web")]
    [InlineData("app near (web)")]
    [InlineData("app=a b")]
    [InlineData("-app=web")]
    [InlineData("app=-web")]
    [InlineData("a/b/c=d")]
    [InlineData("n>many")]
    public void Refuses(string text)
    {
        LabelSelector.TryParse(text, out _, out var fault).ShouldBeFalse();
        fault.ShouldNotBeNullOrEmpty();
    }
}
