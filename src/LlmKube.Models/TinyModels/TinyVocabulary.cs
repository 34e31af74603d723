using System.Globalization;

namespace LlmKube.Models.TinyModels;

/// <summary>The tokens of a tiny model: controls, all bytes, printable characters, and the words with what leads up to them.</summary>
/// <remarks>
/// The tokenizer joins neighbours for as long as the joined text is a token, so every beginning of a word is a token too.
/// What is no word falls back to characters and bytes: any text goes in, and comes out the same.
/// </remarks>
internal sealed class TinyVocabulary
{
    public const int Unknown = 0;
    public const int Begin = 1;
    public const int End = 2;
    public const int TurnStart = 3;
    public const int TurnEnd = 4;

    private const int TypeNormal = 1;
    private const int TypeUnknown = 2;
    private const int TypeControl = 3;
    private const int TypeByte = 6;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];
    private readonly List<int> _types = [];
    private readonly List<int> _classes = [];

    public TinyVocabulary()
    {
        Add("<unk>", TypeUnknown);
        Add("<s>", TypeControl);
        Add("</s>", TypeControl);
        Add("<|im_start|>", TypeControl);
        Add("<|im_end|>", TypeControl);
        for (var value = 0; value < 256; value++)
        {
            Add($"<0x{value.ToString("X2", CultureInfo.InvariantCulture)}>", TypeByte);
        }

        Add("▁", TypeNormal);
        for (var c = '!'; c <= '~'; c++)
        {
            Add(c.ToString(), TypeNormal);
        }

        foreach (var (text, wordClass) in TinyGrammar.Words())
        {
            for (var length = 1; length <= text.Length; length++)
            {
                Add(text[..length], TypeNormal);
            }

            _classes[_ids[text]] = wordClass;
        }

        _classes[TurnEnd] = TinyGrammar.End;
        Scores = [.. _types.Select((type, id) => type == TypeNormal ? -(float)id : 0f)];
    }

    public int Count => _texts.Count;

    public IReadOnlyList<string> Texts => _texts;

    public IReadOnlyList<int> Types => _types;

    public IReadOnlyList<float> Scores { get; }

    /// <summary>The grammar class of a token.</summary>
    public int ClassOf(int id) => _classes[id];

    private void Add(string text, int type)
    {
        if (_ids.TryAdd(text, _texts.Count))
        {
            _texts.Add(text);
            _types.Add(type);
            _classes.Add(TinyGrammar.Prompt);
        }
    }
}
