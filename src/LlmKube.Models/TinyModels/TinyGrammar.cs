namespace LlmKube.Models.TinyModels;

/// <summary>The words a tiny model speaks, in classes, and which class may follow which.</summary>
/// <remarks>Nothing is learned: the classes are written into the weights, so that random weights still give sentences.</remarks>
internal static class TinyGrammar
{
    /// <summary>What a prompt ends with: anything that is not one of the words below.</summary>
    public const int Prompt = 0;

    public const int Period = 10;
    public const int End = 11;
    public const int ClassCount = 12;

    private const int First = 1;
    private const int Start = 2;
    private const int Adjective = 3;
    private const int Noun = 4;
    private const int Verb = 5;
    private const int Article = 6;
    private const int Quality = 7;
    private const int Thing = 8;
    private const int Manner = 9;

    private static readonly string[] s_openers = ["The", "A", "One", "Every", "Some", "Each", "This", "Another"];

    /// <summary>The classes that may come after each class.</summary>
    public static bool MayFollow(int previous, int next) => (previous, next) switch
    {
        (Prompt or End, First) => true,
        (First or Start, Adjective or Noun) => true,
        (Adjective, Noun) => true,
        (Noun, Verb) => true,
        (Verb, Article) => true,
        (Article, Quality or Thing) => true,
        (Quality, Thing) => true,
        (Thing, Manner or Period) => true,
        (Manner, Period) => true,
        (Period, Start or End) => true,
        _ => false,
    };

    /// <summary>Every word with its class; ▁ is the tokenizer's sign for a space.</summary>
    public static IEnumerable<(string Text, int Class)> Words() =>
    [
        .. s_openers.Select(word => (word, First)),
        .. s_openers.Select(word => ($"▁{word}", Start)),
        .. Spaced(Article, "the a its our that their your my"),
        .. Spaced(Adjective, "quiet small early careful patient warm gentle clever honest plain slow young"),
        .. Spaced(Noun, "river model engine teacher island winter rocket village market captain gardener painter sparrow student baker pilot"),
        .. Spaced(Verb, "answers carries follows remembers finds builds watches crosses opens keeps guards reads counts paints repairs visits"),
        .. Spaced(Quality, "bright hidden green silver open distant broken golden hollow narrow round tall"),
        .. Spaced(Thing, "lantern garden harbor window mountain letter bridge forest signal morning orchard paper question shadow station tower"),
        .. Spaced(Manner, "today again slowly twice alone tonight gladly often"),
        (".", Period),
    ];

    private static IEnumerable<(string Text, int Class)> Spaced(int wordClass, string words) =>
        words.Split(' ').Select(word => ($"▁{word}", wordClass));
}
