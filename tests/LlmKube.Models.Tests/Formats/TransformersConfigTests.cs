using System.Text;
using LlmKube.Models.Formats;
using LlmKube.Models.Formats.Transformers;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Formats;

public sealed class TransformersConfigTests
{
    [Fact]
    public void A_config_says_the_shape_of_its_model()
    {
        var config = TransformersConfig.Parse(Encoding.UTF8.GetBytes(
            """{"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":4096,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"max_position_embeddings":131072,"vocab_size":128256,"torch_dtype":"bfloat16","quantization_config":{"quant_method":"awq"}}"""));

        config.ShouldNotBeNull();
        (config.ModelType, config.HiddenSize, config.LayerCount, config.HeadCount, config.KeyValueHeadCount, config.HeadSize).ShouldBe(("llama", 4096, 32, 32, 8, 128));
        (config.ContextLength, config.VocabularySize, config.Type, config.QuantizationMethod, config.Architectures.Single()).ShouldBe((131072, 128256, "bfloat16", "awq", "LlamaForCausalLM"));
    }

    [Theory]
    [InlineData("""{"text_config":{"hidden_size":64,"num_attention_heads":4}}""", 64L, 16L)]
    [InlineData("""{"n_embd":768,"n_head":12}""", 768L, 64L)]
    [InlineData("""{"hidden_size":-5,"num_attention_heads":0}""", null, null)]
    [InlineData("""{"hidden_size":"big"}""", null, null)]
    public void Other_spellings_are_known_and_nonsense_is_nothing(string json, long? hidden, long? head)
    {
        var config = TransformersConfig.Parse(Encoding.UTF8.GetBytes(json))!;

        (config.HiddenSize, config.HeadSize).ShouldBe((hidden, head));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("not json")]
    [InlineData("")]
    public void What_is_no_config_is_none(string text) => TransformersConfig.Parse(Encoding.UTF8.GetBytes(text)).ShouldBeNull();

    [Theory]
    [InlineData("a.gguf", "a.gguf")]
    [InlineData("Q4/a-00002-of-00003.gguf", "Q4/a-00001-of-00003.gguf Q4/a-00002-of-00003.gguf Q4/a-00003-of-00003.gguf")]
    [InlineData("a-00001-of-99999.gguf", "a-00001-of-99999.gguf")]
    [InlineData("a-00001-of-00000.gguf", "a-00001-of-00000.gguf")]
    public void A_set_is_known_from_one_of_its_names(string path, string set) => string.Join(' ', SplitFiles.SetOf(path)).ShouldBe(set);

    [Fact]
    public void What_is_missing_of_a_set_is_named() =>
        SplitFiles.Missing(["a-00001-of-00002.gguf", "config.json"]).ShouldBe(["a-00002-of-00002.gguf"]);
}
