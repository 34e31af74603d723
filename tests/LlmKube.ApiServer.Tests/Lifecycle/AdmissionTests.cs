using System.Net;
using LlmKube.ApiServer.Admission;
using LlmKube.TestKit;
using Shouldly;
using Xunit;
using static LlmKube.ApiServer.Tests.ApiCalls;

namespace LlmKube.ApiServer.Tests.Lifecycle;

/// <summary>The host's own rules are asked about every change, and obeyed.</summary>
public sealed class AdmissionTests
{
    [Fact]
    public async Task A_mutation_is_stored()
    {
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { Admission = new Rules() });

        (await api.CreateAsync(ConfigMaps, ConfigMap("a"))).Text("data", "added").ShouldBe("Create");
    }

    [Fact]
    public async Task Findings_are_422_with_every_field()
    {
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { Admission = new Rules() });

        var (code, status) = await api.PostAsync(ConfigMaps, ConfigMap("a", data: ("bad", "1")));

        code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        status.Text("message").ShouldBe("ConfigMap \"a\" is invalid: [data.bad: is bad, data.worse: is worse]");
        status["details"]!["causes"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_denial_is_403_with_its_sentence_and_warnings_reach_the_client()
    {
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { Admission = new Rules() });
        using var created = await api.SendRawAsync(HttpMethod.Post, ConfigMaps, ConfigMap("keep"));
        created.Headers.GetValues("Warning").ShouldHaveSingleItem().ShouldBe("299 - \"think twice\"");

        var (code, status) = await api.DeleteAsync($"{ConfigMaps}/keep");

        code.ShouldBe(HttpStatusCode.Forbidden);
        status.Text("message").ShouldBe("configmaps \"keep\" is forbidden: it is kept");
        (await api.GetAsync($"{ConfigMaps}/keep")).Code.ShouldBe(HttpStatusCode.OK);
    }

    private sealed class Rules : IAdmission
    {
        public void Mutate(AdmissionRequest request)
        {
            if (request.New?["data"] is { } data && request.Resource.Plural == "configmaps")
            {
                data["added"] = request.Operation.ToString();
            }
        }

        public AdmissionVerdict Validate(AdmissionRequest request)
        {
            if (request.Operation == AdmissionOperation.Delete)
            {
                return new AdmissionVerdict { Denied = "it is kept" };
            }

            return request.New?["data"]?["bad"] is null
                ? new AdmissionVerdict { Warnings = ["think twice"] }
                : new AdmissionVerdict { Findings = [new AdmissionFinding("data.bad", "is bad"), new AdmissionFinding("data.worse", "is worse")] };
        }
    }
}
