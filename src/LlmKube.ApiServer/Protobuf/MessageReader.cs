using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Protobuf;

/// <summary>Reads one message into JSON, as Go's JSON of the same object would be.</summary>
internal sealed class MessageReader(WireMessages messages)
{
    /// <summary>Deeper than any built-in kind goes; JSONSchemaProps, which contains itself, is the deepest.</summary>
    private const int MaxDepth = 64;

    private int _depth;

    public void Read(ReadOnlySpan<byte> bytes, string message, JsonObject into)
    {
        if (++_depth > MaxDepth)
        {
            throw new FormatException("messages are nested too deeply");
        }

        var fields = messages.Find(message) ?? throw new FormatException($"there is no message {message}");
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            // A field of a newer version than this one is left out, as a Kubernetes server of this version would.
            if (fields.TryGetValue(reader.ReadField(), out var field))
            {
                ReadField(field, reader.Value, into);
            }
        }

        _depth--;
    }

    private void ReadField(WireField field, WireValue value, JsonObject into)
    {
        switch (field.Shape)
        {
            case WireShape.Inline:
                Read(value.Bytes, field.Type, into);
                break;
            case WireShape.Map:
                if (into[field.Name] is not JsonObject map)
                {
                    map = [];
                    into[field.Name] = map;
                }

                ReadEntry(field.Type, value.Bytes, map);
                break;
            case WireShape.Repeated:
                if (into[field.Name] is not JsonArray list)
                {
                    list = [];
                    into[field.Name] = list;
                }

                list.Add(ToJson(field.Type, value));
                break;
            case WireShape.Optional:
                into[field.Name] = ToJson(field.Type, value);
                break;
            default:
                if (!IsZero(field.Type, value) && ToJson(field.Type, value) is { } json)
                {
                    into[field.Name] = json;
                }

                break;
        }
    }

    private void ReadEntry(string type, ReadOnlySpan<byte> bytes, JsonObject map)
    {
        var key = "";
        JsonNode? value = type is "s" or "y" ? "" : null;
        var entry = new WireReader(bytes);
        while (!entry.AtEnd)
        {
            switch (entry.ReadField())
            {
                case 1:
                    key = Encoding.UTF8.GetString(entry.Value.Bytes);
                    break;
                case 2:
                    value = ToJson(type, entry.Value);
                    break;
            }
        }

        map[key] = value;
    }

    /// <summary>The value as JSON; null for what JSON leaves out, such as the zero time.</summary>
    private JsonNode? ToJson(string type, WireValue value)
    {
        switch (type)
        {
            case "s":
                return Encoding.UTF8.GetString(value.Bytes);
            case "y":
                return Convert.ToBase64String(value.Bytes);
            case "b":
                return value.Number != 0;
            case "i":
                return (long)value.Number;
            case "d":
                return BitConverter.UInt64BitsToDouble(value.Number);
            case "q":
                return Member(value.Bytes, 1);
            case "t":
                return Time(value.Bytes, "yyyy-MM-ddTHH:mm:ssZ");
            case "u":
                return Time(value.Bytes, "yyyy-MM-ddTHH:mm:ss.ffffffZ");
            case "o":
                return IntOrString(value.Bytes);
            case "r":
                return Raw(value.Bytes);
            default:
                var message = new JsonObject();
                Read(value.Bytes, type, message);
                return message;
        }
    }

    private static bool IsZero(string type, WireValue value) => type switch
    {
        "s" or "y" => value.Bytes.IsEmpty,
        "b" or "i" or "d" => value.Number == 0,
        _ => false,
    };

    private static string Member(ReadOnlySpan<byte> bytes, int number)
    {
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            if (reader.ReadField() == number)
            {
                return Encoding.UTF8.GetString(reader.Value.Bytes);
            }
        }

        return "0";
    }

    private static JsonNode? Time(ReadOnlySpan<byte> bytes, string format)
    {
        if (bytes.IsEmpty)
        {
            return null;
        }

        long seconds = 0, nanoseconds = 0;
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var number = reader.ReadField();
            seconds = number == 1 ? (long)reader.Value.Number : seconds;
            nanoseconds = number == 2 ? (long)reader.Value.Number : nanoseconds;
        }

        if (seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds() || nanoseconds is < 0 or > 999_999_999)
        {
            throw new FormatException("a time is out of range");
        }

        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / 100).UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
    }

    private static JsonNode IntOrString(ReadOnlySpan<byte> bytes)
    {
        var isText = false;
        long number = 0;
        var text = "";
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            switch (reader.ReadField())
            {
                case 1:
                    isText = reader.Value.Number == 1;
                    break;
                case 2:
                    number = (long)reader.Value.Number;
                    break;
                case 3:
                    text = Encoding.UTF8.GetString(reader.Value.Bytes);
                    break;
            }
        }

        return isText ? text : number;
    }

    /// <summary>JSON inside the message, such as the fields of managedFields.</summary>
    private static JsonNode? Raw(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            if (reader.ReadField() == 1 && !reader.Value.Bytes.IsEmpty)
            {
                try
                {
                    return JsonNode.Parse(reader.Value.Bytes);
                }
                catch (JsonException e)
                {
                    throw new FormatException($"the JSON inside the body cannot be read: {e.Message}", e);
                }
            }
        }

        return null;
    }
}
