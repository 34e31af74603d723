using System.Text;
using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Protobuf;

/// <summary>
/// Reads an object from <c>application/vnd.kubernetes.protobuf</c>, which Go clients with generated types (kubectl create among them) send
/// for built-in kinds. Answers go out as JSON, which those clients accept.
/// </summary>
internal static class ProtobufBody
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>The object as JSON.</summary>
    /// <exception cref="FormatException">The bytes are no such object, or of a kind that is not built in.</exception>
    public static JsonObject Read(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic))
        {
            throw new FormatException("the body does not begin as Kubernetes' protobuf does");
        }

        string apiVersion = "", kind = "";
        var raw = default(ReadOnlySpan<byte>);
        var envelope = new WireReader(body[Magic.Length..]);
        while (!envelope.AtEnd)
        {
            switch (envelope.ReadField())
            {
                case 1:
                    ReadType(envelope.Value.Bytes, out apiVersion, out kind);
                    break;
                case 2:
                    raw = envelope.Value.Bytes;
                    break;
            }
        }

        var result = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind };
        var name = MessageOf(apiVersion, kind);
        if (WireMessages.BuiltIn.Find(name) is null)
        {
            throw new FormatException($"{kind} of {apiVersion} has no protobuf form here: send JSON");
        }

        new MessageReader(WireMessages.BuiltIn).Read(raw, name, result);
        return result;
    }

    private static void ReadType(ReadOnlySpan<byte> bytes, out string apiVersion, out string kind)
    {
        (apiVersion, kind) = ("", "");
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            switch (reader.ReadField())
            {
                case 1:
                    apiVersion = Encoding.UTF8.GetString(reader.Value.Bytes);
                    break;
                case 2:
                    kind = Encoding.UTF8.GetString(reader.Value.Bytes);
                    break;
            }
        }
    }

    /// <summary>A group's package is named after the first label of the group: <c>rbac.authorization.k8s.io/v1</c> is <c>rbac.v1</c>.</summary>
    private static string MessageOf(string apiVersion, string kind)
    {
        if (kind == "DeleteOptions")
        {
            return "meta.v1.DeleteOptions";
        }

        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var group = slash < 0 ? "core" : apiVersion[..slash].Split('.')[0];
        return $"{group}.{apiVersion[(slash + 1)..]}.{kind}";
    }
}
