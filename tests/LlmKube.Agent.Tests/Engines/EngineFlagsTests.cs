using LlmKube.Agent.Engines;
using Shouldly;
using Xunit;

namespace LlmKube.Agent.Tests.Engines;

public sealed class EngineFlagsTests
{
    private const string Help = """
        ----- common params -----

        -c,    --ctx-size N                     size of the prompt context
                                                (env: LLAMA_ARG_CTX_SIZE)
        -fa,   --flash-attn [on|off|auto]       set Flash Attention use
        --jinja, --no-jinja                     whether to use the template engine
        """;

    [Fact]
    public void Every_spelling_of_a_known_option_is_taken_and_values_are_no_options() =>
        EngineFlags.FromHelp(Help).UnknownIn(["-c", "-1", "--ctx-size=4096", "-fa", "on", "--no-jinja", "-"]).ShouldBeEmpty();

    [Fact]
    public void An_option_that_the_engine_would_refuse_is_named_once() =>
        EngineFlags.FromHelp(Help).UnknownIn(["--mlock", "--ctx-size", "1", "--mlock", "--bogus=1"]).ShouldBe(["--mlock", "--bogus"]);
}
