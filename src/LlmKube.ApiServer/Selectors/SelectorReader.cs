namespace LlmKube.ApiServer.Selectors;

/// <summary>Takes words and signs off the front of a selector, skipping white space.</summary>
internal sealed class SelectorReader(string text)
{
    private int _at;

    public bool AtEnd
    {
        get
        {
            SkipSpace();
            return _at == text.Length;
        }
    }

    public string Rest => text[_at..];

    public bool Sees(string sign)
    {
        SkipSpace();
        return text.AsSpan(_at).StartsWith(sign, StringComparison.Ordinal);
    }

    public bool TryTake(string sign)
    {
        if (!Sees(sign))
        {
            return false;
        }

        _at += sign.Length;
        return true;
    }

    /// <summary>Everything up to a sign, white space or the end; may be empty.</summary>
    public string TakeWord()
    {
        SkipSpace();
        var start = _at;
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && !"=!,()<>".Contains(text[_at], StringComparison.Ordinal))
        {
            _at++;
        }

        return text[start.._at];
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
    }
}
