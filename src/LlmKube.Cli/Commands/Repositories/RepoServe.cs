using System.CommandLine;
using System.Net;
using LlmKube.Cli.Console;
using LlmKube.Cli.Hosting;
using LlmKube.Models.Repositories;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LlmKube.Cli.Commands.Repositories;

/// <summary><c>llmkube repo serve</c>: tells an operator what a repository in a folder has. It is what runs in the pod that mounts a repository's claim.</summary>
internal static class RepoServe
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var folder = new Argument<string>("folder") { Description = "Folder in which the repository begins" };
        var bind = new Option<string>("--bind-address") { Description = "Where to answer", HelpName = "address:port", DefaultValueFactory = _ => "127.0.0.1:8087" };
        var command = new Command(
            "serve",
            "Answer what names, tags and manifests a repository in a folder has; no byte of a model. It is run in the pod that mounts a repository's claim\n\nExample:\n  llmkube repo serve /repository --bind-address 0.0.0.0:8087")
        {
            folder, bind,
        };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            if (!IPEndPoint.TryParse(parsed.GetValue(bind)!, out var address))
            {
                throw new CommandFailure($"'{parsed.GetValue(bind)}' is no address.", "Write one such as 0.0.0.0:8087.", ExitCodes.Usage);
            }

            var path = context.FullPath(parsed.GetValue(folder)!);
            await using var web = Web(new RepositoryIndex(path), kestrel => kestrel.Listen(address));
            try
            {
                await web.StartAsync(cancellationToken);
            }
            catch (IOException e)
            {
                throw new CommandFailure($"The repository cannot be served: {e.Message}", "Choose another port with --bind-address.");
            }

            context.Terminal.Say($"Telling of the repository in {path} at {address}.");
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>The server, not started yet.</summary>
    internal static WebApplication Web(RepositoryIndex index, Action<KestrelServerOptions> configure)
    {
        var web = SmallWeb.Build(configure);
        web.Run(context => AnswerAsync(context, index));
        return web;
    }

    private static async Task AnswerAsync(HttpContext context, RepositoryIndex index)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.Path == "/healthz")
        {
            return;
        }

        try
        {
            var answer = !HttpMethods.IsGet(request.Method) ? null : request.Path.Value switch
            {
                RepositoryIndex.ListPath => await index.ListAsync(request.Query[RepositoryIndex.Prefix], context.RequestAborted),
                RepositoryIndex.ObjectPath => await index.FindAsync(request.Query[RepositoryIndex.Key], context.RequestAborted),
                _ => null,
            };
            response.StatusCode = answer is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
            await response.Body.WriteAsync(answer ?? [], context.RequestAborted);
        }
        catch (RepositoryException e)
        {
            response.StatusCode = StatusCodes.Status500InternalServerError;
            await response.WriteAsync(e.Message, context.RequestAborted);
        }
    }
}
