using System.Buffers;
using System.Text.Json;
using LlmKube.Router.Routing;

namespace LlmKube.Router.OpenAi;

/// <summary>Models as <c>GET /v1/models</c> shows them: those that can answer now, owned by their namespace.</summary>
internal static class ModelsJson
{
    public static ReadOnlyMemory<byte> ListOf(RouteTable table) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var target in table.Targets.Where(t => t.State is TargetState.Ready))
        {
            WriteModel(json, table, target);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    public static ReadOnlyMemory<byte> Of(RouteTable table, ModelTarget target) => Write(json => WriteModel(json, table, target));

    private static void WriteModel(Utf8JsonWriter json, RouteTable table, ModelTarget target)
    {
        json.WriteStartObject();
        json.WriteString("id", table.IdOf(target));
        json.WriteString("object", "model");
        json.WriteNumber("created", target.Created?.ToUnixTimeSeconds() ?? 0);
        json.WriteString("owned_by", target.Model.Namespace);
        json.WriteEndObject();
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }

        return buffer.WrittenMemory;
    }
}
