using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Client.Requests;
using LlmKube.Kubernetes.Configuration;
using LlmKube.Kubernetes.Objects;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.Kubernetes.Tests.Client;

/// <summary>A client waits when it is asked to, and tries again only where that is safe.</summary>
public sealed class RequestMannersTests
{
    private static readonly ObjectKey s_key = new("ns", "a");
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(429, 7)]
    [InlineData(503, 7)]
    public async Task A_read_that_is_turned_away_comes_again_after_the_time_that_the_server_named(int code, int seconds)
    {
        await using var api = await ScriptedApi.StartAsync();
        using var client = Connect(api);
        var reading = GetAsync(client);
        var begun = _time.GetUtcNow();
        await (await api.NextAsync()).RefuseAsync(code, "TooManyRequests", seconds);
        var again = await api.NextAsync(_time, s_step);

        (_time.GetUtcNow() - begun).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(seconds));
        await again.AnswerAsync(Thing.Json("a", "1", "red"));
        (await reading).Spec!.Color.ShouldBe("red");
    }

    [Fact]
    public async Task A_write_that_is_turned_away_with_429_comes_again_with_its_body()
    {
        await using var api = await ScriptedApi.StartAsync();
        using var client = Connect(api);
        var writing = CreateAsync(client);
        await (await api.NextAsync()).RefuseAsync(429, "TooManyRequests", 1);
        var again = await api.NextAsync(_time, s_step);
        again.Body["spec"]!["color"]!.GetValue<string>().ShouldBe("red");
        await again.AnswerAsync(Thing.Json("a", "1", "red"), 201);
        await writing;
    }

    [Fact]
    public async Task A_write_that_a_server_behind_may_have_begun_is_not_sent_twice()
    {
        await using var api = await ScriptedApi.StartAsync();
        using var client = Connect(api);
        var writing = CreateAsync(client);
        await (await api.NextAsync()).RefuseAsync(503, "ServiceUnavailable", 1);
        (await Should.ThrowAsync<ApiException>(writing)).Code.ShouldBe(503);
        api.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_read_whose_connection_breaks_comes_again_and_a_write_does_not()
    {
        await using var api = await ScriptedApi.StartAsync();
        using var client = Connect(api);
        var reading = GetAsync(client);
        (await api.NextAsync()).Cut();
        await (await api.NextAsync()).AnswerAsync(Thing.Json("a", "1", "red"));
        await reading;

        var writing = CreateAsync(client);
        (await api.NextAsync()).Cut();
        await Should.ThrowAsync<HttpRequestException>(writing);
        api.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_server_that_never_lets_in_is_reported_in_the_end()
    {
        await using var api = await ScriptedApi.StartAsync();
        using var client = Connect(api);
        var reading = GetAsync(client);
        for (var i = 0; i < RetryHandler.MaxAttempts; i++)
        {
            await (await api.NextAsync(_time, s_step)).RefuseAsync(429, "TooManyRequests", 2);
        }

        var refused = await Should.ThrowAsync<ApiException>(reading);
        refused.IsThrottled.ShouldBeTrue();
        refused.RetryAfter.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_server_that_wants_too_much_patience_is_reported_at_once()
    {
        await using var api = await ScriptedApi.StartAsync();
        using var client = Connect(api);
        var reading = GetAsync(client);
        await (await api.NextAsync()).RefuseAsync(429, "TooManyRequests", 3600);
        (await Should.ThrowAsync<ApiException>(reading)).IsThrottled.ShouldBeTrue();
    }

    [Fact]
    public async Task Waiting_can_be_given_up()
    {
        await using var api = await ScriptedApi.StartAsync();
        using var client = Connect(api);
        using var giveUp = new CancellationTokenSource();
        var reading = client.Of<Thing>().GetAsync(s_key, giveUp.Token);
        await (await api.NextAsync()).RefuseAsync(429, "TooManyRequests", 30);
        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(reading);
    }

    [Fact]
    public async Task A_write_whose_connection_is_cut_off_before_it_is_secure_is_sent_once()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.ForThisMachine();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = ClientFactory.Create(new ClientConfiguration { Server = new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), TrustedRoots = [authority.Certificate] }, "test", _time);
        var writing = CreateAsync(client);

        using (var cut = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken))
        {
            (await cut.GetStream().ReadAsync(new byte[100], TestContext.Current.CancellationToken)).ShouldBeGreaterThan(0);
        }

        using var kept = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var secure = new SslStream(kept.GetStream());
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, TestContext.Current.CancellationToken);
        var answer = Thing.Json("a", "1", "red").ToString()!;
        await secure.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {answer.Length}\r\n\r\n{answer}"), TestContext.Current.CancellationToken);
        await writing;
    }

    [Fact]
    public async Task More_requests_than_the_burst_are_spread()
    {
        await using var api = await ScriptedApi.StartAsync();
        using var client = Connect(api, burst: 2);
        var reading = Enumerable.Range(0, 3).Select(_ => GetAsync(client)).ToArray();
        await (await api.NextAsync()).AnswerAsync(Thing.Json("a", "1", "red"));
        await (await api.NextAsync()).AnswerAsync(Thing.Json("a", "1", "red"));
        await Eventually.HoldsAsync(() => reading.Count(task => task.IsCompleted) == 2);
        await Eventually.HoldsAsync(() => _time.Pending.Contains(TimeSpan.FromSeconds(1)));
        api.Waiting.ShouldBe(0);

        await (await api.NextAsync(_time, s_step)).AnswerAsync(Thing.Json("a", "1", "red"));
        await Task.WhenAll(reading);
    }

    private static Task<Thing> GetAsync(KubernetesClient client) => client.Of<Thing>().GetAsync(s_key, CancellationToken.None);

    private static Task<Thing> CreateAsync(KubernetesClient client) => client.Of<Thing>().CreateAsync(
        new Thing { Metadata = new ObjectMeta { Name = "a", Namespace = "ns" }, Spec = new ThingSpec { Color = "red" } },
        CancellationToken.None);

    private KubernetesClient Connect(ScriptedApi api, int burst = 100) => ClientFactory.Create(
        new ClientConfiguration { Server = api.Url, RequestsPerSecond = 1, Burst = burst }, "test", _time);
}
