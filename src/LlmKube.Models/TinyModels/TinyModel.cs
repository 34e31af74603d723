using System.Globalization;
using LlmKube.Models.Formats.Gguf;

namespace LlmKube.Models.TinyModels;

/// <summary>Makes a small model that a real engine loads: llama architecture, random weights, a working tokenizer.</summary>
/// <remarks>It knows nothing, but it answers in words, at once, on any machine, without a download.</remarks>
public static class TinyModel
{
    private const int HeadSize = 32;

    /// <summary>ChatML: one turn a block, and the answer begins after the assistant's header.</summary>
    private const string ChatTemplate =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    /// <summary>Writes the model; the same options give the same bytes.</summary>
    public static void Write(Stream stream, TinyModelOptions options)
    {
        Check(options);
        var vocabulary = new TinyVocabulary();
        var random = new SeededNumbers(options.Seed);
        var width = options.EmbeddingSize;
        var gguf = new GgufWriter();
        Describe(gguf, options, vocabulary);
        gguf.AddFloat16("token_embd.weight", TinyWeights.Embeddings(vocabulary, width, random), width, vocabulary.Count);
        for (var layer = 0; layer < options.Layers; layer++)
        {
            AddLayer(gguf, layer, width, random);
        }

        gguf.AddFloat32("output_norm.weight", Ones(width), width);
        gguf.AddFloat16("output.weight", TinyWeights.Output(vocabulary, width, random), width, vocabulary.Count);
        gguf.WriteTo(stream);
    }

    /// <summary>Writes the model to a file, whole or not at all.</summary>
    public static void WriteFile(string path, TinyModelOptions options)
    {
        var partial = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}.partial");
        using (var file = File.Create(partial))
        {
            Write(file, options);
        }

        File.Move(partial, path, overwrite: true);
    }

    private static void Check(TinyModelOptions options)
    {
        if (options.EmbeddingSize < 64 || options.EmbeddingSize % HeadSize != 0)
        {
            throw new ArgumentException($"The embedding size must be a multiple of {HeadSize} from 64; it is {options.EmbeddingSize}.", nameof(options));
        }

        if (options.Layers < 1 || options.ContextLength < 1)
        {
            throw new ArgumentException("A model has at least one layer and a context of at least one token.", nameof(options));
        }
    }

    private static int Heads(int width) => width / HeadSize;

    /// <summary>Half as many key and value heads where that divides: grouped-query attention, as real models have it.</summary>
    private static int KeyValueHeads(int width) => Heads(width) % 2 == 0 ? Heads(width) / 2 : Heads(width);

    private static int FeedForward(int width) => width * 2;

    private static void Describe(GgufWriter gguf, TinyModelOptions options, TinyVocabulary vocabulary) => gguf
        .Add("general.architecture", "llama")
        .Add("general.name", options.Name)
        .Add("general.license", "apache-2.0")
        .Add("general.file_type", 1u)
        .Add("llama.vocab_size", (uint)vocabulary.Count)
        .Add("llama.context_length", (uint)options.ContextLength)
        .Add("llama.embedding_length", (uint)options.EmbeddingSize)
        .Add("llama.block_count", (uint)options.Layers)
        .Add("llama.feed_forward_length", (uint)FeedForward(options.EmbeddingSize))
        .Add("llama.attention.head_count", (uint)Heads(options.EmbeddingSize))
        .Add("llama.attention.head_count_kv", (uint)KeyValueHeads(options.EmbeddingSize))
        .Add("llama.attention.layer_norm_rms_epsilon", 1e-5f)
        .Add("llama.rope.dimension_count", (uint)HeadSize)
        .Add("llama.rope.freq_base", 10000f)
        .Add("tokenizer.ggml.model", "llama")
        .Add("tokenizer.ggml.pre", "default")
        .Add("tokenizer.ggml.tokens", vocabulary.Texts)
        .Add("tokenizer.ggml.scores", vocabulary.Scores)
        .Add("tokenizer.ggml.token_type", vocabulary.Types)
        .Add("tokenizer.ggml.unknown_token_id", (uint)TinyVocabulary.Unknown)
        .Add("tokenizer.ggml.bos_token_id", (uint)TinyVocabulary.Begin)
        .Add("tokenizer.ggml.eos_token_id", (uint)TinyVocabulary.End)
        .Add("tokenizer.ggml.eot_token_id", (uint)TinyVocabulary.TurnEnd)
        .Add("tokenizer.ggml.add_bos_token", value: true)
        .Add("tokenizer.ggml.add_eos_token", value: false)
        .Add("tokenizer.ggml.add_space_prefix", value: false)
        .Add("tokenizer.chat_template", ChatTemplate);

    private static void AddLayer(GgufWriter gguf, int layer, int width, SeededNumbers random)
    {
        var narrow = KeyValueHeads(width) * HeadSize;
        var wide = FeedForward(width);
        var prefix = string.Create(CultureInfo.InvariantCulture, $"blk.{layer}.");
        gguf.AddFloat32(prefix + "attn_norm.weight", Ones(width), width);
        AddMatrix(gguf, prefix + "attn_q.weight", width, width, 1.5f, random);
        AddMatrix(gguf, prefix + "attn_k.weight", width, narrow, 1.5f, random);
        AddMatrix(gguf, prefix + "attn_v.weight", width, narrow, 1f, random);

        // What a layer adds stays small beside the embedding, or the grammar in it would drown.
        AddMatrix(gguf, prefix + "attn_output.weight", width, width, 0.5f, random);
        gguf.AddFloat32(prefix + "ffn_norm.weight", Ones(width), width);
        AddMatrix(gguf, prefix + "ffn_gate.weight", width, wide, 1f, random);
        AddMatrix(gguf, prefix + "ffn_up.weight", width, wide, 1f, random);
        AddMatrix(gguf, prefix + "ffn_down.weight", wide, width, 0.5f, random);
    }

    /// <summary>A matrix whose product with a vector of size-one numbers has numbers of the size <paramref name="gain"/>.</summary>
    private static void AddMatrix(GgufWriter gguf, string name, int columns, int rows, float gain, SeededNumbers random) =>
        gguf.AddFloat16(name, random.Normals(columns * rows, gain / MathF.Sqrt(columns)), columns, rows);

    private static float[] Ones(int count)
    {
        var ones = new float[count];
        Array.Fill(ones, 1f);
        return ones;
    }
}
