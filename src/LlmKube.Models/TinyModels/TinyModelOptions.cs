namespace LlmKube.Models.TinyModels;

/// <summary>What a tiny model is to be; equal options give equal bytes.</summary>
public sealed record TinyModelOptions
{
    /// <summary>The name that stands in the file.</summary>
    public string Name { get; init; } = "tiny";

    /// <summary>Chooses the random weights.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The number of transformer layers.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>The width of the model: a multiple of 32, at least 64.</summary>
    public int EmbeddingSize { get; init; } = 128;

    /// <summary>The context that the model says it was made for.</summary>
    public int ContextLength { get; init; } = 4096;
}
