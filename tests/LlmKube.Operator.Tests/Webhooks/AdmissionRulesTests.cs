using System.Text;
using System.Text.Json.Nodes;
using LlmKube.Operator.Webhooks;
using Shouldly;
using Xunit;

namespace LlmKube.Operator.Tests.Webhooks;

/// <summary>What the API server is answered.</summary>
public sealed class AdmissionRulesTests
{
    [Fact]
    public void What_is_right_is_let_in()
    {
        var response = Validate("models", """{"spec":{"source":"https://models.example/a.gguf"}}""");

        ((bool)response["allowed"]!).ShouldBeTrue();
        ((string)response["uid"]!).ShouldBe("u1");
    }

    [Theory]
    [InlineData("models", """{"spec":{"source":"ftp://nowhere"}}""", "spec.source")]
    [InlineData("models", """{"spec":{"source":{"type":"s3","bucket":"b"}}}""", "key")]
    [InlineData("inferenceservices", """{"spec":{"modelRef":"m","resources":{"cpu":"many"}}}""", "spec.resources.cpu")]
    public void What_is_wrong_is_refused_with_the_field_and_what_to_do(string resource, string json, string field)
    {
        var response = Validate(resource, json);

        ((bool)response["allowed"]!).ShouldBeFalse();
        ((string)response["status"]!["message"]!).ShouldContain(field);
        ((int)response["status"]!["code"]!).ShouldBe(422);
    }

    [Fact]
    public void What_was_let_in_once_may_be_labelled_and_may_go()
    {
        const string Old = """{"spec":{"source":"ftp://nowhere"}}""";

        ((bool)Validate("models", """{"metadata":{"labels":{"a":"b"}},"spec":{"source":"ftp://nowhere"}}""", Old)["allowed"]!).ShouldBeTrue();
        ((bool)Validate("models", """{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":{"source":"ftp://elsewhere"}}""", Old)["allowed"]!).ShouldBeTrue();
        ((bool)Validate("models", """{"spec":{"source":"ftp://elsewhere"}}""", Old)["allowed"]!).ShouldBeFalse();
    }

    [Fact]
    public void A_value_of_the_wrong_type_is_left_to_the_schema() =>
        ((bool)Validate("inferenceservices", """{"spec":{"modelRef":"m","replicas":"many"}}""")["allowed"]!).ShouldBeTrue();

    [Theory]
    [InlineData("""{"spec":{"source":"/a.gguf","hardware":{"gpu":{"enabled":true,"runtime":"vulkan"}}}}""", "vulkan")]
    [InlineData("""{"spec":{"source":"/a.gguf","hardware":{"accelerator":"cpu","gpu":{"enabled":true,"runtime":"rocm"}}}}""", "rocm")]
    [InlineData("""{"spec":{"source":"/a.gguf","hardware":{"accelerator":"cuda","gpu":{"enabled":true,"runtime":"rocm"}}}}""", null)]
    [InlineData("""{"spec":{"source":"/a.gguf"}}""", null)]
    public void The_accelerator_follows_from_how_the_gpu_is_reached(string json, string? accelerator)
    {
        var response = Ask(AdmissionRules.MutateModelPath, "models", json, null);

        ((bool)response["allowed"]!).ShouldBeTrue();
        if (accelerator is null)
        {
            response["patch"].ShouldBeNull();
        }
        else
        {
            Encoding.UTF8.GetString(Convert.FromBase64String((string)response["patch"]!)).ShouldBe($$"""[{"op":"add","path":"/spec/hardware/accelerator","value":"{{accelerator}}"}]""");
        }
    }

    [Fact]
    public void What_is_no_review_has_no_answer() => AdmissionRules.Answer(AdmissionRules.ValidatePath, []).ShouldBeNull();

    private static JsonObject Validate(string resource, string json, string? old = null) => Ask(AdmissionRules.ValidatePath, resource, json, old);

    private static JsonObject Ask(string path, string resource, string json, string? old)
    {
        var request = new JsonObject { ["uid"] = "u1", ["resource"] = new JsonObject { ["resource"] = resource }, ["object"] = JsonNode.Parse(json), ["oldObject"] = old is null ? null : JsonNode.Parse(old) };
        return AdmissionRules.Answer(path, new JsonObject { ["request"] = request })!["response"]!.AsObject();
    }
}
