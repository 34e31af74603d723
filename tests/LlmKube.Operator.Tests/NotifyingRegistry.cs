using LlmKube.Operator.Repositories;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Xunit;

namespace LlmKube.Operator.Tests;

/// <summary>A real registry that tells of every push, and where an operator hears of it.</summary>
internal sealed class NotifyingRegistry : IAsyncDisposable
{
    private readonly TestSite _site;

    private NotifyingRegistry(TestSite site, RegistryServer server, RepositoryNotifications notifications) => (_site, Server, Notifications) = (site, server, notifications);

    public RegistryServer Server { get; }

    public RepositoryNotifications Notifications { get; }

    /// <summary>Starts an empty one; the test is skipped where this machine cannot have one.</summary>
    public static async Task<NotifyingRegistry> StartAsync()
    {
        var notifications = new RepositoryNotifications();
        var site = await TestSite.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            notifications.Take(body.ToArray());
        });
        var (server, missing) = await RegistryServer.StartAsync(Checkout.Root, notified: site.Url);
        Assert.SkipWhen(server is null, missing ?? "");
        return new NotifyingRegistry(site, server!, notifications);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _site.DisposeAsync();
    }
}
