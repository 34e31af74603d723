using LlmKube.ApiServer.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LlmKube.ApiServer.Http;

/// <summary>What every request passes: injected faults, who it is from, its handling, and the one place that answers failures.</summary>
internal sealed partial class RequestPipeline(ServerContext server, Authenticator authenticator, RequestRouter router)
{
    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            var path = http.Request.Path.Value ?? "/";
            var fault = server.Faults.Find(new FaultedRequest(http.Request.Method, path, IsWatch(http.Request)));
            if (fault is not null && !await BeginFaultAsync(http, fault))
            {
                return;
            }

            var user = authenticator.Find(http);
            if (user is null && !Authenticator.IsOpen(path))
            {
                http.Response.Headers.WWWAuthenticate = "Bearer realm=\"llmkube\"";
                throw Failures.Unauthorized();
            }

            await router.RouteAsync(http, path, user);
            if (fault?.LoseAnswer == true)
            {
                http.Abort();
            }
        }
        catch (RequestFailure failure)
        {
            await AnswerAsync(http, failure);
        }
        catch (BadHttpRequestException e)
        {
            await AnswerAsync(http, e.StatusCode == 413 ? Failures.TooLarge(RequestBody.MaxBytes) : Failures.BadRequest(e.Message));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested)
        {
            // The client left: nobody reads an answer.
        }
        catch (Exception e)
        {
            LogFailed(server.Logger, http.Request.Method, http.Request.Path.Value ?? "", e);
            await AnswerAsync(http, Failures.Internal($"{http.Request.Method} {http.Request.Path}: {e.Message}"));
        }
    }

    private static bool IsWatch(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Query.TryGetValue("watch", out var value) && value.ToString() is not ("false" or "0");

    /// <summary>True when the request is to be handled all the same.</summary>
    private async Task<bool> BeginFaultAsync(HttpContext http, RequestFault fault)
    {
        if (fault.Delay > TimeSpan.Zero)
        {
            await Task.Delay(fault.Delay, server.Time, http.RequestAborted);
        }

        if (fault.Abort)
        {
            http.Abort();
            return false;
        }

        if (fault.Code == 0)
        {
            if (fault.LoseAnswer)
            {
                http.Response.Body = Stream.Null;
            }

            return true;
        }

        throw fault.Code == 429
            ? Failures.TooManyRequests("too many requests, please try again later", fault.RetryAfterSeconds)
            : new RequestFailure(Failures.Internal("injected fault").Status with
            {
                Code = fault.Code,
                Reason = fault.Code == 503 ? "ServiceUnavailable" : "InternalError",
                Details = new Kubernetes.Objects.StatusDetails { RetryAfterSeconds = fault.RetryAfterSeconds },
            });
    }

    private static async Task AnswerAsync(HttpContext http, RequestFailure failure)
    {
        if (http.Response.HasStarted)
        {
            // Half an answer is out: only a broken connection still tells the client that the rest will not come.
            http.Abort();
            return;
        }

        http.Response.Headers.ContentLength = null;
        await http.SendAsync(failure.Status);
    }

    [LoggerMessage(Level = LogLevel.Error, EventName = "RequestFailed", Message = "{Method} {Path} failed unexpectedly.")]
    private static partial void LogFailed(ILogger logger, string method, string path, Exception exception);
}
