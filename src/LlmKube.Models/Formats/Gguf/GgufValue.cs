using System.Globalization;

namespace LlmKube.Models.Formats.Gguf;

/// <summary>One metadata value of a GGUF header; long arrays and huge texts are known by their size only.</summary>
public abstract record GgufValue
{
    private GgufValue()
    {
    }

    /// <summary>A whole number of any width that is not negative.</summary>
    public sealed record Unsigned(ulong Value) : GgufValue
    {
        public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A whole number of a signed type.</summary>
    public sealed record Signed(long Value) : GgufValue
    {
        public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A floating-point number of either width.</summary>
    public sealed record Float(double Value) : GgufValue
    {
        public override string ToString() => Value.ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>A truth value.</summary>
    public sealed record Bool(bool Value) : GgufValue
    {
        public override string ToString() => Value ? "true" : "false";
    }

    /// <summary>A text that was short enough to keep.</summary>
    public sealed record Text(string Value) : GgufValue
    {
        public override string ToString() => Value;
    }

    /// <summary>A text that was skipped because keeping it would cost too much memory.</summary>
    public sealed record LongText(long Bytes) : GgufValue
    {
        public override string ToString() => $"(text of {Bytes.ToString(CultureInfo.InvariantCulture)} bytes)";
    }

    /// <summary>An array; <paramref name="Items"/> holds its numbers when there are few, otherwise nothing.</summary>
    public sealed record List(GgufValueType Element, long Count, IReadOnlyList<GgufValue> Items) : GgufValue
    {
        public override string ToString() => $"({Count.ToString(CultureInfo.InvariantCulture)} × {Element})";
    }

    /// <summary>The value as a whole number, if it is one that is not negative.</summary>
    public ulong? AsUnsigned() => this switch
    {
        Unsigned u => u.Value,
        Signed { Value: >= 0 } s => (ulong)s.Value,
        _ => null,
    };

    /// <summary>The value as text, if it is one that was kept.</summary>
    public string? AsText() => this is Text text ? text.Value : null;
}
