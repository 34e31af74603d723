using System.Text.Json;
using LlmKube.Router.Routing;

namespace LlmKube.Router.OpenAi;

/// <summary>Reads from a request body what routing needs, and leaves the body as it is.</summary>
internal static class BodyScan
{
    /// <summary>Tool schemas nest deeply; a limit still keeps a hostile body from growing the reader's state.</summary>
    private const int MaxDepth = 256;

    /// <summary>The facts, or the error to answer with. The whole body is checked to be JSON, so that engines need not be trusted to.</summary>
    public static OpenAiError? TryScan(ReadOnlySpan<byte> body, out RequestFacts facts)
    {
        facts = default;
        try
        {
            return Scan(body, ref facts);
        }
        catch (JsonException e)
        {
            return OpenAiErrors.BadJson(e.LineNumber is { } line ? $" (line {line + 1}, byte {e.BytePositionInLine + 1})" : "");
        }
        catch (InvalidOperationException)
        {
            // What the reader says of a string that is not UTF-8, or that has half a surrogate pair.
            return OpenAiErrors.BadJson(" (a name or the model is not valid UTF-8)");
        }
    }

    private static OpenAiError? Scan(ReadOnlySpan<byte> body, ref RequestFacts facts)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return OpenAiErrors.BadJson("");
        }

        string? model = null;
        var span = default(ByteSpan);
        var stream = false;
        var problem = default(OpenAiError);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isModel = reader.ValueTextEquals("model"u8);
            var isStream = !isModel && reader.ValueTextEquals("stream"u8);
            reader.Read();
            if (isModel)
            {
                problem ??= model is not null ? OpenAiErrors.ModelTwice() : ReadModel(ref reader, out model, out span);
            }
            else if (isStream)
            {
                stream = reader.TokenType == JsonTokenType.True;
            }

            reader.Skip();
        }

        // Reads past the end of the object: anything but white space there is a JsonException.
        reader.Read();
        facts = new RequestFacts(model ?? "", span, stream);
        return problem ?? (string.IsNullOrWhiteSpace(model) ? OpenAiErrors.MissingModel() : null);
    }

    private static OpenAiError? ReadModel(ref Utf8JsonReader reader, out string? model, out ByteSpan span)
    {
        model = "";
        span = default;
        if (reader.TokenType is JsonTokenType.Null)
        {
            return OpenAiErrors.MissingModel();
        }

        if (reader.TokenType is not JsonTokenType.String)
        {
            return OpenAiErrors.ModelIsNotText();
        }

        model = reader.GetString();
        var start = (int)reader.TokenStartIndex;
        span = new ByteSpan(start, (int)reader.BytesConsumed - start);
        return null;
    }
}
