using System.Globalization;

namespace LlmKube.ApiServer.Protobuf;

/// <summary>How a field of a message is read.</summary>
internal enum WireShape
{
    /// <summary>One value. Go writes zero values of plain fields too, and its JSON leaves them out, so zeros are left out here.</summary>
    Plain,

    /// <summary>One value that may be absent, so that a zero is a zero.</summary>
    Optional,

    /// <summary>One element of a list.</summary>
    Repeated,

    /// <summary>One entry of a map with text keys.</summary>
    Map,

    /// <summary>A message whose members stand in the message around it when it is JSON.</summary>
    Inline,
}

/// <summary>A field of a message: its name in JSON, and its type: a letter for a scalar, or another message's name.</summary>
internal sealed record WireField(int Number, string Name, WireShape Shape, string Type)
{
    /// <summary>Reads <c>3*name:type</c>, as the table of messages writes fields.</summary>
    public static WireField Parse(ReadOnlySpan<char> text)
    {
        var digits = 0;
        while (char.IsAsciiDigit(text[digits]))
        {
            digits++;
        }

        var shape = text[digits] switch
        {
            '!' => WireShape.Optional,
            '*' => WireShape.Repeated,
            '%' => WireShape.Map,
            '^' => WireShape.Inline,
            _ => WireShape.Plain,
        };
        var rest = text[(shape == WireShape.Plain ? digits : digits + 1)..];
        var colon = rest.IndexOf(':');
        return new WireField(
            int.Parse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture), rest[..colon].ToString(), shape, rest[(colon + 1)..].ToString());
    }
}
