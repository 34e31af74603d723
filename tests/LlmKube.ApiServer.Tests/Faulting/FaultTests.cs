using System.Net;
using LlmKube.Kubernetes.Client;
using LlmKube.TestKit;
using Shouldly;
using Xunit;
using static LlmKube.ApiServer.Tests.ApiCalls;

namespace LlmKube.ApiServer.Tests.Faulting;

/// <summary>Trouble on demand does what it says.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(429, "TooManyRequests")]
    [InlineData(500, "InternalError")]
    [InlineData(503, "ServiceUnavailable")]
    public async Task An_injected_answer_strikes_as_often_as_told(int code, string reason)
    {
        await using var api = await ApiServerFixture.StartAsync();
        api.Faults.Inject(request => request.Path == ConfigMaps, new RequestFault { Code = code, RetryAfterSeconds = 2 }, times: 2);

        for (var i = 0; i < 2; i++)
        {
            using var response = await api.SendRawAsync(HttpMethod.Get, ConfigMaps);
            ((int)response.StatusCode).ShouldBe(code);
            response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
            (await response.Content.ReadAsStringAsync()).ShouldContain($"\"reason\":\"{reason}\"");
        }

        (await api.GetAsync(ConfigMaps)).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_lost_answer_is_a_change_that_counts_and_a_broken_connection()
    {
        await using var api = await ApiServerFixture.StartAsync();
        api.Faults.Inject(request => request.Method == "POST", new RequestFault { LoseAnswer = true }, times: 1);

        await Should.ThrowAsync<HttpRequestException>(() => api.PostAsync(ConfigMaps, ConfigMap("a")));

        (await api.GetAsync($"{ConfigMaps}/a")).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_delay_is_measured_on_the_servers_clock()
    {
        var time = new ManualTime();
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { Time = time });
        using var fault = api.Faults.Inject(request => request.Path == ConfigMaps, new RequestFault { Delay = TimeSpan.FromMinutes(5) });

        var answer = api.GetAsync(ConfigMaps);

        (await time.AdvanceUntilAsync(answer, TimeSpan.FromMinutes(1))).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_disposed_fault_is_over()
    {
        await using var api = await ApiServerFixture.StartAsync();
        api.Faults.Inject(_ => true, new RequestFault { Abort = true }).Dispose();

        (await api.GetAsync(ConfigMaps)).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_typed_client_meets_expired_history_as_an_exception_it_can_tell()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var first = await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        await api.CreateAsync(ConfigMaps, ConfigMap("b"));
        api.Faults.ExpireHistory();
        var maps = api.Client.Of(new Kubernetes.Objects.ResourceDefinition("", "v1", "ConfigMap", "configmaps", true));

        var failure = await Should.ThrowAsync<ApiException>(async () =>
        {
            await foreach (var _ in maps.WatchAsync(new WatchOptions { ResourceVersion = first.Text("metadata", "resourceVersion") }, CancellationToken.None))
            {
            }
        });

        failure.IsExpired.ShouldBeTrue();
    }
}
