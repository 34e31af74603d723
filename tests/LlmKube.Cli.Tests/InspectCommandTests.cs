using System.Text;
using System.Text.Json.Nodes;
using LlmKube.Models.TinyModels;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests;

public sealed class InspectCommandTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-inspect-").FullName;
    private CliUnderTest _cli = null!;

    public async ValueTask InitializeAsync()
    {
        _cli = await CliUnderTest.StartAsync();
        await using var file = File.Create(Path.Combine(_folder, "tiny.gguf"));
        TinyModel.Write(file, new TinyModelOptions());
    }

    public async ValueTask DisposeAsync()
    {
        await _cli.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_GGUF_file_is_told_in_facts_metadata_and_tensors()
    {
        var facts = await _cli.RunAsync("inspect", Path.Combine(_folder, "tiny.gguf"), "--context-size", "512", "-o", "json");
        facts.Code.ShouldBe(0, facts.Error);
        var said = JsonNode.Parse(facts.Output)!["items"]![0]!;
        ((string)said["format"]!, (string)said["architecture"]!).ShouldBe(("GGUF v3", "llama"));
        ((string)said["memory"]!).ShouldContain("with a context of 512");

        (await _cli.RunAsync("inspect", Path.Combine(_folder, "tiny.gguf"), "--metadata")).Output.ShouldContain("general.architecture\tllama");
        (await _cli.RunAsync("inspect", Path.Combine(_folder, "tiny.gguf"), "--tensors")).Output.ShouldContain("token_embd.weight");
    }

    [Fact]
    public async Task A_folder_of_safetensors_is_told_with_its_config()
    {
        const string Header = """{"w":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]}}""";
        await File.WriteAllBytesAsync(
            Path.Combine(_folder, "model.safetensors"), [.. BitConverter.GetBytes((long)Header.Length), .. Encoding.UTF8.GetBytes(Header), .. new byte[12]], TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "config.json"), """{"architectures":["LlamaForCausalLM"],"num_hidden_layers":7}""", TestContext.Current.CancellationToken);
        File.Delete(Path.Combine(_folder, "tiny.gguf"));

        var said = await _cli.RunAsync("inspect", _folder);

        said.Output.ShouldContain("ARCHITECTURE\tLlamaForCausalLM");
        said.Output.ShouldContain("LAYERS\t7");
        said.Output.ShouldContain("PARAMETERS\t6");
        (await _cli.RunAsync("inspect", _folder, "--tensors")).Output.ShouldContain("w\tBF16\t2×3\t12 B");
    }

    [Fact]
    public async Task A_model_of_the_store_is_found_by_its_name()
    {
        var store = Path.Combine(_folder, "store");
        (await _cli.RunAsync("cache", "import", Path.Combine(_folder, "tiny.gguf"), "--as", "hf://org/model/tiny.gguf", "--store", store)).Code.ShouldBe(0);

        (await _cli.RunAsync("inspect", "hf://org/model/tiny.gguf", "--store", store)).Output.ShouldContain("ARCHITECTURE\tllama");
        (await _cli.RunAsync("inspect", "./nothing.gguf")).Code.ShouldBe(3);
    }

    [Fact]
    public async Task What_is_no_model_is_said_without_a_trace()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "x.gguf"), "not a model at all, by any means", TestContext.Current.CancellationToken);

        var said = await _cli.RunAsync("inspect", Path.Combine(_folder, "x.gguf"));

        said.Code.ShouldBe(6);
        said.Error.ShouldContain("x.gguf");
        said.Error.ShouldNotContain("   at ");
    }
}
