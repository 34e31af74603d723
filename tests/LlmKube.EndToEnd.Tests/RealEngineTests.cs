using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.EndToEnd.Tests;

/// <summary>The whole story that the README tells, with the engine that people run.</summary>
public sealed class RealEngineTests
{
    [Fact]
    public async Task A_model_file_becomes_a_streamed_answer_and_nothing_is_left_in_the_end()
    {
        var engine = await RealEngine.GetAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(engine.Launch is null, engine.Missing);
        await using var product = new Product();
        if (Directory.Exists(Path.Combine(RealEngine.Home, "runtime")))
        {
            // As llmkube runtime install would have left it.
            Directory.CreateSymbolicLink(Path.Combine(product.Home, "runtime"), Path.Combine(RealEngine.Home, "runtime"));
        }

        product.Start([]);
        await product.ReadyAsync();
        var model = Path.Combine(product.Home, "tiny.gguf");
        await DoAsync(product, "model", "tiny", "--output", model);
        await DoAsync(product, "deploy", "demo", "--source", model, "--wait");
        (await DoAsync(product, "chat", "demo", "Hello")).ShouldMatch("^[A-Z][a-z ]+\\.");
        (await DoAsync(product, "list")).ShouldContain("Ready");
        (await DoAsync(product, "status", "demo")).ShouldContain("1 of 1 ready");
        (await DoAsync(product, "logs", "demo")).ShouldNotBeNullOrWhiteSpace();
        product.Engines().Count.ShouldBe(1);
        await DoAsync(product, "delete", "demo");
        await Eventually.HoldsAsync(() => product.Engines().Count == 0, TimeSpan.FromMinutes(1));
        (await product.StopAsync()).ShouldBe(0);
    }

    private static async Task<string> DoAsync(Product product, params string[] arguments)
    {
        var (code, output, error) = await product.RunToEndAsync(Product.Executable, arguments);
        code.ShouldBe(0, $"llmkube {string.Join(' ', arguments)}: {error}");
        return output;
    }
}
