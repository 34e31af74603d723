namespace LlmKube.Models.TinyModels;

/// <summary>The two matrices that make random weights speak: what a token is, and what should come next.</summary>
/// <remarks>
/// Component 0 of every embedding is a constant, the next ones say the token's class, the rest is random.
/// A row of the output matrix likes the classes its token may follow; tokens that no one should hear are pushed down by the constant.
/// The random rest, with attention over what was said before, chooses among the allowed words.
/// </remarks>
internal static class TinyWeights
{
    private const float Constant = 4f;
    private const float ClassMark = 6f;
    private const float Liking = 2.5f;

    /// <summary>Makes ending after a sentence likelier than any one continuation, so that greedy answers end.</summary>
    private const float EndLiking = 2.9f;

    private const float Silence = -4f;

    public static float[] Embeddings(TinyVocabulary vocabulary, int width, SeededNumbers random)
    {
        var weights = random.Normals(vocabulary.Count * width, 1f);
        for (var id = 0; id < vocabulary.Count; id++)
        {
            var row = weights.AsSpan(id * width, width);
            row[..(1 + TinyGrammar.ClassCount)].Clear();
            row[0] = Constant;
            row[1 + vocabulary.ClassOf(id)] = ClassMark;
        }

        return weights;
    }

    public static float[] Output(TinyVocabulary vocabulary, int width, SeededNumbers random)
    {
        // The wider the model, the more random terms a row sums up; the spread of the choices should not depend on it.
        var weights = random.Normals(vocabulary.Count * width, 1.2f / MathF.Sqrt(width));
        for (var id = 0; id < vocabulary.Count; id++)
        {
            var row = weights.AsSpan(id * width, width);
            var wordClass = vocabulary.ClassOf(id);
            row[..(1 + TinyGrammar.ClassCount)].Clear();
            if (wordClass == TinyGrammar.End)
            {
                row.Clear();
            }

            row[0] = wordClass == TinyGrammar.Prompt ? Silence : 0;
            for (var previous = 0; previous < TinyGrammar.ClassCount; previous++)
            {
                if (TinyGrammar.MayFollow(previous, wordClass))
                {
                    row[1 + previous] = wordClass == TinyGrammar.End ? EndLiking : Liking;
                }
            }
        }

        return weights;
    }
}
