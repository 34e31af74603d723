using System.Net;
using System.Net.Sockets;
using LlmKube.Router.Routing;
using LlmKube.Router.Tests.Fixtures;
using LlmKube.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using static LlmKube.Router.Tests.Fixtures.RouterUnderTest;

namespace LlmKube.Router.Tests;

/// <summary>How the router starts and stops.</summary>
public sealed class RouterServerTests
{
    [Fact]
    public async Task A_taken_port_says_which_option_to_change()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var options = new RouterOptions { Port = port, PortOption = "--router-port" };
        var error = await Should.ThrowAsync<RouterStartException>(
            () => RouterServer.StartAsync(options, new CurrentRoutes(), TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None));
        error.Message.ShouldBe($"The router cannot listen on 127.0.0.1:{port}: another process has that port. Stop it, or choose another port with --router-port.");
    }

    [Fact]
    public async Task It_listens_on_loopback_only_unless_told_otherwise()
    {
        await using var router = await WithDemoAsync();
        router.Url.Host.ShouldBe("127.0.0.1");
    }

    [Fact]
    public async Task Requests_in_progress_end_in_order_when_the_router_stops()
    {
        var release = new TaskCompletionSource();
        await using var engine = await FakeEngine.StreamingAsync(["data: 1\n\n", "data: [DONE]\n\n"], (i, _) => i == 0 ? Task.CompletedTask : release.Task);
        await using var router = await WithDemoAsync(engine.Endpoint);
        using var response = await router.ChatAsync(stream: true);
        var stopping = router.Server.StopAsync(CancellationToken.None);
        stopping.IsCompleted.ShouldBeFalse();
        release.SetResult();
        (await response.Content.ReadAsStringAsync()).ShouldEndWith("data: [DONE]\n\n");
        await stopping.WithinDeadlineAsync();
    }

    [Fact]
    public async Task A_request_that_outlasts_the_drain_timeout_is_cut()
    {
        await using var engine = await FakeEngine.StartAsync(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var router = await StartAsync(new RouterOptions { DrainTimeout = TimeSpan.FromMilliseconds(200) }, Ready("default", "demo", engine.Endpoint));
        var asking = router.ChatAsync();
        await Eventually.HoldsAsync(() => !engine.Received.IsEmpty);
        await router.Server.StopAsync(CancellationToken.None).WithinDeadlineAsync();
        await Should.ThrowAsync<HttpRequestException>(() => asking.WithinDeadlineAsync());
    }
}
