using System.Diagnostics;
using LlmKube.Kubernetes.Telemetry;
using LlmKube.Router.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LlmKube.Router.OpenAi;

/// <summary>Finds the endpoint of a request in <see cref="RouterEndpoints"/> and answers it.</summary>
internal sealed partial class RouterApplication(InferenceEndpoint inference, CurrentRoutes routes, PrometheusText metrics, ILogger logger)
{
    private volatile bool _draining;

    /// <summary>Says on <c>/readyz</c> that no new requests should come.</summary>
    public void Drain() => _draining = true;

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await DispatchAsync(context);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // The client left while an answer was being written; there is nobody to tell.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            Failed(e, context.Request.Method, context.Request.Path.Value);
            await ErrorJson.WriteAsync(context.Response, OpenAiErrors.Internal(), context.RequestAborted);
        }
    }

    private Task DispatchAsync(HttpContext context)
    {
        var request = context.Request;
        var path = request.Path.Value ?? "";
        if (RouterEndpoints.Find(path) is not { } endpoint)
        {
            return ErrorJson.WriteAsync(context.Response, OpenAiErrors.UnknownPath(request.Method, path), context.RequestAborted);
        }

        if (request.Method != endpoint.Method)
        {
            return ErrorJson.WriteAsync(context.Response, OpenAiErrors.WrongMethod(request.Method, endpoint), context.RequestAborted);
        }

        return endpoint.Kind switch
        {
            EndpointKind.Inference => inference.HandleAsync(context, endpoint.Operation ?? ""),
            EndpointKind.ListModels => ListModelsAsync(context),
            EndpointKind.GetModel => GetModelAsync(context, RouterEndpoints.ModelIdOf(path)),
            EndpointKind.Health => TextAsync(context, "ok"),
            EndpointKind.Readiness => ReadinessAsync(context),
            EndpointKind.Metrics => TextAsync(context, metrics.Write(), PrometheusText.ContentType),
            _ => throw new UnreachableException(),
        };
    }

    private Task ListModelsAsync(HttpContext context) => routes.Table is { } table
        ? JsonAsync(context, ModelsJson.ListOf(table))
        : ErrorJson.WriteAsync(context.Response, OpenAiErrors.Starting("The router is still reading the list of models."), context.RequestAborted);

    private Task GetModelAsync(HttpContext context, string id)
    {
        var table = routes.Table;
        var error = RouteDecider.Decide(new RequestFacts(id, default, Stream: false), table) switch
        {
            RoutingDecision.Starting starting => OpenAiErrors.Starting(starting.Reason),
            RoutingDecision.UnknownModel unknown => OpenAiErrors.ModelNotFound(unknown),
            RoutingDecision.AmbiguousModel ambiguous => OpenAiErrors.AmbiguousModel(ambiguous),
            RoutingDecision.NoneReady none => OpenAiErrors.NotReady(none),
            _ => null,
        };
        return table?.Find(id) is ModelLookup.Found found && error is null
            ? JsonAsync(context, ModelsJson.Of(table, found.Target))
            : ErrorJson.WriteAsync(context.Response, error ?? OpenAiErrors.Internal(), context.RequestAborted);
    }

    private Task ReadinessAsync(HttpContext context)
    {
        var reason = _draining ? "the router is stopping" : routes.Table is null ? "the list of models is not read yet" : null;
        context.Response.StatusCode = reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return TextAsync(context, reason ?? "ok");
    }

    private static Task JsonAsync(HttpContext context, ReadOnlyMemory<byte> json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    private static Task TextAsync(HttpContext context, string text, string contentType = "text/plain; charset=utf-8")
    {
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Error, EventName = "RequestFailed", Message = "{Method} {Path} failed inside the router; this is a defect of the router")]
    private partial void Failed(Exception exception, string method, string? path);
}
