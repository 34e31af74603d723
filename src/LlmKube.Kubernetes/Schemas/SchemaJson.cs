using System.Text.Json.Nodes;

namespace LlmKube.Kubernetes.Schemas;

/// <summary>An OpenAPI v3 schema as JSON, to and from <see cref="Schema"/>.</summary>
public static class SchemaJson
{
    /// <summary>Reads a schema. Keywords that a structural schema does not know are left out.</summary>
    /// <exception cref="SchemaFormatException">A keyword has a value of the wrong kind.</exception>
    public static Schema Read(JsonObject json) => new SchemaReader("").Read(json);

    /// <summary>Writes a schema with everything inline, its keywords in alphabetical order and its properties in their own.</summary>
    public static JsonObject Write(Schema schema) => SchemaWriter.Write(schema, reference: null);

    /// <summary>As <see cref="Write(Schema)"/>, but a part for which <paramref name="reference"/> has an answer is written as that answer.</summary>
    public static JsonObject Write(Schema schema, Func<Schema, JsonObject?> reference) => SchemaWriter.Write(schema, reference);
}
