using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LlmKube.ApiServer.Protobuf;
using LlmKube.ApiServer.Tests.Apply;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Protobuf;

/// <summary>Objects in Kubernetes' protobuf become the JSON that a Go client would have sent.</summary>
public sealed class ProtobufBodyTests
{
    [Fact]
    public void A_secret_keeps_its_bytes_as_base64_and_leaves_zero_values_out() => Json.Same(
        Read("v1", "Secret", Field(1, Field(1, "s"), Field(2, ""), Field(7, 0), Field(8), Entry(11, "l", "1")), Entry(2, "user", "me"), Field(3, "Opaque")),
        """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","labels":{"l":"1"}},"data":{"user":"bWU="},"type":"Opaque"}""");

    [Fact]
    public void What_may_be_absent_may_be_zero() => Json.Same(
        Read("apps/v1", "Deployment", Field(2, Field(1, 0), Field(5, 0), Field(7, 0))),
        """{"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":0}}""");

    [Fact]
    public void Members_of_an_embedded_struct_stand_beside_the_others() => Json.Same(
        Read("v1", "Pod", Field(2, Field(1, Field(1, "v"), Field(2, Field(1, Field(1, "/x")))))),
        """{"apiVersion":"v1","kind":"Pod","spec":{"volumes":[{"name":"v","hostPath":{"path":"/x"}}]}}""");

    [Fact]
    public void Numbers_or_texts_quantities_and_times_take_their_json_form()
    {
        Json.Same(
            Read("v1", "Service", Field(2, Field(1, Field(3, 80), Field(4, Field(1, 1), Field(3, "http"))), Field(1, Field(3, 81), Field(4, Field(1, 0), Field(2, 8080))))),
            """{"apiVersion":"v1","kind":"Service","spec":{"ports":[{"port":80,"targetPort":"http"},{"port":81,"targetPort":8080}]}}""");
        Json.Same(
            Read("v1", "ResourceQuota", Field(2, Field(1, Field(1, "pods"), Field(2, Field(1, "10"))))),
            """{"apiVersion":"v1","kind":"ResourceQuota","spec":{"hard":{"pods":"10"}}}""");
        Json.Same(
            Read("coordination.k8s.io/v1", "Lease", Field(1, Field(8, Field(1, 1_700_000_000))), Field(2, Field(1, "me"), Field(2, 15), Field(4, Field(1, 1_700_000_000), Field(2, 123_456_000)))),
            """
            {"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"creationTimestamp":"2023-11-14T22:13:20Z"},
             "spec":{"holderIdentity":"me","leaseDurationSeconds":15,"renewTime":"2023-11-14T22:13:20.123456Z"}}
            """);
    }

    [Fact]
    public void Negative_numbers_and_unknown_fields_are_read() => Json.Same(
        Read("scheduling.k8s.io/v1", "PriorityClass", Field(2, -5), Field(99, "from the future")),
        """{"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass","value":-5}""");

    [Fact]
    public void A_kind_that_is_not_built_in_is_refused() =>
        Should.Throw<FormatException>(() => Read("example.com/v1", "Thing")).Message.ShouldBe("Thing of example.com/v1 has no protobuf form here: send JSON");

    [Fact]
    public void Every_message_that_a_field_names_is_in_the_table() =>
        WireMessages.BuiltIn.Names.SelectMany(name => WireMessages.BuiltIn.Find(name)!.Values)
            .Where(field => field.Type.Length > 1 && WireMessages.BuiltIn.Find(field.Type) is null)
            .Select(field => field.Type).ShouldBeEmpty();

    [Fact]
    public void Cut_off_or_random_bytes_are_refused_and_nothing_worse()
    {
        var whole = Envelope("v1", "Pod", [.. Field(1, Field(1, "p")), .. Field(2, Field(2, Field(1, "c"), Field(2, "image")))]);
        for (var length = 0; length < whole.Length; length++)
        {
            Tolerates(whole[..length]);
        }

        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => Tolerates(Envelope("v1", "Pod", bytes ?? []))).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    private static void Tolerates(byte[] body)
    {
        try
        {
            ProtobufBody.Read(body);
        }
        catch (FormatException)
        {
            // The answer for what cannot be read.
        }
    }

    private static System.Text.Json.Nodes.JsonObject Read(string apiVersion, string kind, params byte[][] fields) =>
        ProtobufBody.Read(Envelope(apiVersion, kind, [.. fields.SelectMany(field => field)]));

    private static byte[] Envelope(string apiVersion, string kind, byte[] raw) =>
        [.. "k8s\0"u8, .. Field(1, Field(1, apiVersion), Field(2, kind)), .. Field(2, raw), .. Field(3, ""), .. Field(4, "")];

    private static byte[] Entry(int number, string key, string value) => Field(number, Field(1, key), Field(2, value));

    private static byte[] Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, params byte[][] fields) => Field(number, fields.SelectMany(field => field).ToArray());

    private static byte[] Field(int number, byte[] bytes) => [.. Varint(((ulong)number << 3) | 2), .. Varint((ulong)bytes.Length), .. bytes];

    private static byte[] Field(int number, long value) => [.. Varint((ulong)number << 3), .. Varint((ulong)value)];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }
}
