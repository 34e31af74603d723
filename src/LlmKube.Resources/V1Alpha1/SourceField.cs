using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace LlmKube.Resources.V1Alpha1;

/// <summary>The field <c>spec.source</c> as it was written: a string, or an object with a type. What it means is parsed elsewhere.</summary>
[JsonConverter(typeof(SourceFieldConverter))]
public sealed class SourceField(JsonElement value) : IEquatable<SourceField>
{
    /// <summary>The JSON as given; anything but a string or an object is refused by validation, not here.</summary>
    public JsonElement Value { get; } = value;

    /// <summary>The string form, or null for the object form.</summary>
    public string? Text => Value.ValueKind == JsonValueKind.String ? Value.GetString() : null;

    /// <summary>The object form, or null for the string form.</summary>
    public JsonObject? Object => Value.ValueKind == JsonValueKind.Object ? JsonObject.Create(Value) : null;

    /// <summary>Whether nothing was written: null, or an empty string.</summary>
    public bool IsEmpty => Value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null || Text is { Length: 0 };

    [return: NotNullIfNotNull(nameof(text))]
    public static SourceField? FromText(string? text) => text is null ? null : new(JsonSerializer.SerializeToElement(text, ResourcesJson.Default.String));

    public static SourceField FromObject(JsonObject source) => new(JsonSerializer.SerializeToElement(source, ResourcesJson.Default.JsonObject));

    public bool Equals(SourceField? other) => other is not null && JsonElement.DeepEquals(Value, other.Value);

    public override bool Equals(object? obj) => Equals(obj as SourceField);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());

    /// <summary>The source for people: the string itself, or the object as JSON in one line.</summary>
    public override string ToString() => Value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => "",
        JsonValueKind.String => Value.GetString() ?? "",
        _ => Value.GetRawText(),
    };
}

/// <summary>Reads and writes a <see cref="SourceField"/> as the JSON it was.</summary>
internal sealed class SourceFieldConverter : JsonConverter<SourceField>
{
    public override SourceField Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(JsonElement.ParseValue(ref reader));

    public override void Write(Utf8JsonWriter writer, SourceField value, JsonSerializerOptions options) => value.Value.WriteTo(writer);
}
