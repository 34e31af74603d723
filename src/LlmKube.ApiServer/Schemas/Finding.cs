using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Schemas;

/// <summary>One fault of one field, with Kubernetes' reason and wording.</summary>
/// <param name="Field">The field's path, such as <c>spec.containers[0].name</c>.</param>
/// <param name="Reason">The cause's reason, such as <c>FieldValueInvalid</c>.</param>
/// <param name="Detail">What is wrong, without the path.</param>
internal sealed record Finding(string Field, string Reason, string Detail)
{
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Finding Invalid(string field, JsonNode? value, string why) => new(field, "FieldValueInvalid", $"Invalid value: {Show(value)}: {why}");

    public static Finding TypeInvalid(string field, string actual, string why) => new(field, "FieldValueTypeInvalid", $"Invalid value: \"{actual}\": {why}");

    public static Finding Required(string field, string why = "") => new(field, "FieldValueRequired", why.Length == 0 ? "Required value" : $"Required value: {why}");

    public static Finding NotSupported(string field, JsonNode? value, IEnumerable<JsonNode?> supported) => new(
        field, "FieldValueNotSupported", $"Unsupported value: {Show(value)}: supported values: {string.Join(", ", supported.Select(s => $"\"{Plain(s)}\""))}");

    public static Finding Duplicate(string field, JsonNode? value) => new(field, "FieldValueDuplicate", $"Duplicate value: {Show(value)}");

    public static Finding Forbidden(string field, string why) => new(field, "FieldValueForbidden", $"Forbidden: {why}");

    public static Finding TooLong(string field, int limit) =>
        new(field, "FieldValueTooLong", string.Create(CultureInfo.InvariantCulture, $"Too long: may not be more than {limit} bytes"));

    public static Finding TooMany(string field, int actual, int limit) =>
        new(field, "FieldValueTooMany", string.Create(CultureInfo.InvariantCulture, $"Too many: {actual}: must have at most {limit} items"));

    public StatusCause ToCause() => new() { Reason = Reason, Field = Field, Message = Detail };

    public override string ToString() => $"{Field}: {Detail}";

    private static string Show(JsonNode? value) => value is null ? "null" : value.ToJsonString(s_plain);

    private static string Plain(JsonNode? value) => value is JsonValue text && text.GetValueKind() == JsonValueKind.String ? text.GetValue<string>() : Show(value);
}
