using System.Net;
using System.Security.Cryptography;
using System.Text;
using LlmKube.Cli.Console;
using LlmKube.Operator.Repositories;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LlmKube.Cli.Hosting;

/// <summary>Takes what object stores and registries send when something in them changes: <c>POST /notifications</c>.</summary>
internal sealed class NotificationServer : IAsyncDisposable
{
    /// <summary>The variable with a token that senders have to show, as <c>Authorization: Bearer TOKEN</c>; without it everyone may send.</summary>
    public const string TokenVariable = "LLMKUBE_NOTIFICATIONS_TOKEN";

    private const int MostBytes = 1024 * 1024;

    private readonly WebApplication _web;

    private NotificationServer(WebApplication web) => _web = web;

    /// <summary>Serves them; at no address, nothing is served.</summary>
    public static async Task<NotificationServer> StartAsync(IPEndPoint? address, string? token, RepositoryNotifications notifications, CancellationToken cancellationToken)
    {
        var web = SmallWeb.Build(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MostBytes;
            if (address is not null)
            {
                kestrel.Listen(address);
            }
        });
        web.Run(context => AnswerAsync(context, token, notifications));
        if (address is not null)
        {
            try
            {
                await web.StartAsync(cancellationToken);
            }
            catch (IOException e)
            {
                throw new CommandFailure($"Notifications cannot be taken: {e.Message}", "Choose another port with --notifications-bind-address.");
            }
        }

        return new NotificationServer(web);
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, string? token, RepositoryNotifications notifications)
    {
        if (context.Request.Path != "/notifications" || !HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (token is { Length: > 0 } && !IsShown(context.Request.Headers.Authorization.ToString(), token))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        context.Response.StatusCode = notifications.Take(body.ToArray()) ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
    }

    /// <summary>MinIO sends a token with or without the word before it.</summary>
    private static bool IsShown(string shown, string token)
    {
        const string Scheme = "Bearer ";
        var bare = shown.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? shown[Scheme.Length..] : shown;
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(bare), Encoding.UTF8.GetBytes(token));
    }
}
