using System.Net;
using System.Net.Http.Headers;
using LlmKube.Cli.Hosting;
using LlmKube.Operator.Repositories;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests;

/// <summary>Where object stores and registries tell of changes.</summary>
public sealed class NotificationServerTests
{
    private const string Message = """{"events":[{"target":{"repository":"team-a/llama"}}]}""";

    [Theory]
    [InlineData("POST", "/notifications", "Bearer right", Message, HttpStatusCode.OK)]
    [InlineData("POST", "/notifications", "right", Message, HttpStatusCode.OK)]
    [InlineData("POST", "/notifications", "Bearer right", "{}", HttpStatusCode.Accepted)]
    [InlineData("POST", "/notifications", "Bearer wrong", Message, HttpStatusCode.Unauthorized)]
    [InlineData("POST", "/notifications", null, Message, HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/notifications", "Bearer right", Message, HttpStatusCode.NotFound)]
    [InlineData("POST", "/", "Bearer right", Message, HttpStatusCode.NotFound)]
    public async Task Those_who_show_the_token_may_tell(string method, string path, string? shown, string message, HttpStatusCode expected)
    {
        var address = new IPEndPoint(IPAddress.Loopback, Ports.Free());
        await using var server = await NotificationServer.StartAsync(address, "right", new RepositoryNotifications(), CancellationToken.None);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://{address}{path}") { Content = new StringContent(message) };
        request.Headers.Authorization = shown is null ? null : AuthenticationHeaderValue.Parse(shown);

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task What_is_too_large_is_refused_and_at_no_address_nothing_is_served()
    {
        var address = new IPEndPoint(IPAddress.Loopback, Ports.Free());
        await using var nowhere = await NotificationServer.StartAsync(null, null, new RepositoryNotifications(), CancellationToken.None);
        await using var server = await NotificationServer.StartAsync(address, null, new RepositoryNotifications(), CancellationToken.None);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var large = new ByteArrayContent(new byte[2 * 1024 * 1024]);

        using var answer = await http.PostAsync(new Uri($"http://{address}/notifications"), large, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }
}
