using LlmKube.Agent.Engines;
using Shouldly;
using Xunit;

namespace LlmKube.Agent.Tests.Engines;

public sealed class AptSourceTests
{
    [Fact]
    public void A_stanza_of_the_distribution_names_mirror_and_key()
    {
        const string Stanzas = """
            Types: deb
            # a comment
            URIs: https://packages.example/tools
            Suites: stable

            Types: deb
            URIs: http://mirror.example/debian
            Suites: bookworm bookworm-updates
            Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
            """;

        AptSource.FromStanzas(Stanzas).ShouldBe(new AptSource("http://mirror.example/debian", "/usr/share/keyrings/debian-archive-keyring.gpg"));
    }

    [Theory]
    [InlineData("deb http://mirror.example/debian bookworm main", "http://mirror.example/debian", null)]
    [InlineData("deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/ubuntu/ noble main", "http://mirror.example/ubuntu/", "/k.gpg")]
    public void A_line_of_the_distribution_names_mirror_and_key(string line, string uri, string? key) =>
        AptSource.FromLines(["# deb http://other.example/debian x main", "deb http://packages.example/tools stable main", line]).ShouldBe(new AptSource(uri, key));

    [Fact]
    public void Without_a_mirror_of_the_distribution_there_is_none() => AptSource.FromLines(["deb http://packages.example/tools stable main"]).ShouldBeNull();

    [Fact]
    public void Its_line_for_another_suite_asks_for_the_list_of_packages_only() =>
        new AptSource("http://mirror.example/debian", "/k.gpg").ListLine("forky", "main").ShouldBe("deb [target=Packages signed-by=/k.gpg] http://mirror.example/debian forky main");
}
