using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Sources;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests;

public sealed class CatalogCommandTests : IAsyncLifetime
{
    private CliUnderTest _cli = null!;

    public async ValueTask InitializeAsync() => _cli = await CliUnderTest.StartAsync();

    public ValueTask DisposeAsync() => _cli.DisposeAsync();

    [Fact]
    public async Task The_catalog_is_listed_by_tag_and_told_one_by_one()
    {
        (await _cli.RunAsync("catalog", "list", "--tag", "code", "-o", "name")).Output.Trim().Split('\n').ShouldBe(["qwen-2.5-coder-32b", "qwen-2.5-coder-7b"]);
        (await _cli.RunAsync("catalog", "info", "llama-3.1-8b")).Output.ShouldContain("Meta-Llama-3.1-8B-Instruct-Q5_K_M.gguf");
        (await _cli.RunAsync("catalog", "info", "llama-3.1")).ShouldSatisfyAllConditions(outcome => outcome.Code.ShouldBe(3), outcome => outcome.Error.ShouldContain("Did you mean llama-3.1-8b?"));
    }

    [Fact]
    public async Task A_deployment_takes_from_the_catalog_what_was_not_said()
    {
        var outcome = await _cli.RunAsync("deploy", "llama-3.1-8b", "--context-size", "4096", "--dry-run", "-o", "json");

        outcome.Code.ShouldBe(0, outcome.Error);
        var items = JsonNode.Parse(outcome.Output)!["items"]!.AsArray();
        items[0]!["spec"]!["source"]!.GetValue<string>().ShouldEndWith("Meta-Llama-3.1-8B-Instruct-Q5_K_M.gguf");
        items[0]!["spec"]!["quantization"]!.GetValue<string>().ShouldBe("Q5_K_M");
        items[1]!["spec"]!["contextSize"]!.GetValue<int>().ShouldBe(4096);
        items[1]!["spec"]!["resources"]!["memory"]!.GetValue<string>().ShouldBe("8Gi");
        items[1]!["spec"]!["image"].ShouldBeNull();
    }

    [Fact]
    public async Task An_override_replaces_the_source_alone()
    {
        var outcome = await _cli.RunAsync("deploy", "llama-3.1-8b", "--source-override", "s3://models/llama.gguf", "--dry-run", "-o", "json");

        var model = JsonNode.Parse(outcome.Output)!["items"]![0]!;
        (model["spec"]!["source"]!.GetValue<string>(), model["spec"]!["quantization"]!.GetValue<string>()).ShouldBe(("s3://models/llama.gguf", "Q5_K_M"));
        (await _cli.RunAsync("deploy", "x", "--source", "s3://a/b", "--source-override", "s3://c/d")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task A_cluster_s_catalog_is_used_by_everyone_and_a_namespace_s_goes_over_it()
    {
        await CatalogAsync("llmkube-system", "models:\n  house: {name: House, source: s3://models/house.gguf}\n  second: {name: Second, source: s3://models/second.gguf}\n");
        await CatalogAsync("default", "rewrite:\n- {from: 's3://models/', to: 's3://near/'}\n");

        (await _cli.RunAsync("catalog", "info", "house", "-o", "json")).Output.ShouldContain("s3://near/house.gguf");
        (await _cli.RunAsync("catalog", "info", "house", "-n", "llmkube-system", "-o", "json")).Output.ShouldContain("s3://models/house.gguf");
        (await _cli.RunAsync("deploy", "second", "--dry-run", "-o", "json")).Output.ShouldContain("s3://near/second.gguf");

        await CatalogAsync("default", "modelz: {}\n");
        (await _cli.RunAsync("catalog", "list")).ShouldSatisfyAllConditions(
            outcome => outcome.Code.ShouldBe(2), outcome => outcome.Error.ShouldContain("The catalog of the ConfigMap default/llmkube-catalog is not used: it has a field 'modelz' that is not known"));
    }

    [Fact]
    public async Task A_site_s_catalog_is_used_for_deploying_and_preloading()
    {
        var folder = Directory.CreateTempSubdirectory("llmkube-catalog-").FullName;
        var file = Path.Combine(folder, "house.gguf");
        await File.WriteAllBytesAsync(file, [1, 2, 3], TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "site.yaml"), $"models:\n  house:\n    name: House\n    source: {file}\n", TestContext.Current.CancellationToken);
        _cli.Variables["LLMKUBE_CATALOG"] = Path.Combine(folder, "site.yaml");

        (await _cli.RunAsync("cache", "preload", "house", "--store", Path.Combine(folder, "store"))).Code.ShouldBe(0);
        (await _cli.RunAsync("cache", "list", "-o", "name", "--store", Path.Combine(folder, "store"))).Output.Trim().ShouldBe(CacheKey.Of(file));

        await File.WriteAllTextAsync(Path.Combine(folder, "site.yaml"), "modelz: {}\n", TestContext.Current.CancellationToken);
        (await _cli.RunAsync("catalog", "list")).ShouldSatisfyAllConditions(outcome => outcome.Code.ShouldBe(2), outcome => outcome.Error.ShouldContain("modelz"));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_name_that_is_in_no_catalog_needs_a_source() =>
        (await _cli.RunAsync("deploy", "mine")).ShouldSatisfyAllConditions(outcome => outcome.Code.ShouldBe(2), outcome => outcome.Error.ShouldContain("--source"));

    private async Task CatalogAsync(string ns, string text)
    {
        var apply = new ApplyOptions("a-user");
        await _cli.Api.Client.Of(new ResourceDefinition("", "v1", "Namespace", "namespaces", Namespaced: false)).ApplyAsync(
            new DynamicObject(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = ns } }), apply, CancellationToken.None);
        await _cli.Api.Client.Of(new ResourceDefinition("", "v1", "ConfigMap", "configmaps", Namespaced: true)).ApplyAsync(
            new DynamicObject(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ConfigMap",
                ["metadata"] = new JsonObject { ["name"] = "llmkube-catalog", ["namespace"] = ns },
                ["data"] = new JsonObject { ["catalog.yaml"] = text },
            }),
            apply,
            CancellationToken.None);
    }
}
