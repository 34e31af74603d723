using System.Diagnostics;
using LlmKube.Router.Forwarding;
using LlmKube.Router.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LlmKube.Router.OpenAi;

/// <summary>The one way from a client to a model: read, scan, decide, forward, account. Every inference path takes it.</summary>
internal sealed partial class InferenceEndpoint(
    CurrentRoutes routes, Forwarder forwarder, CanaryTraffic traffic, Telemetry telemetry, RouterOptions options, TimeProvider time, ILogger logger)
{
    public async Task HandleAsync(HttpContext context, string operation)
    {
        var started = time.GetTimestamp();
        var exchange = new InferenceExchange();
        telemetry.Started();
        try
        {
            if (await AnswerAsync(context, operation, exchange) is { } error)
            {
                await ErrorJson.WriteAsync(context.Response, error, context.RequestAborted);
            }
        }
        finally
        {
            var took = time.GetElapsedTime(started);
            telemetry.Ended(exchange.Backend, exchange.Outcome, took, exchange.Result.FirstByte, exchange.Result.Attempts);
            Log(exchange, took);
        }
    }

    /// <summary>Null when the response is written, or when there is nobody to answer.</summary>
    private async Task<OpenAiError?> AnswerAsync(HttpContext context, string operation, InferenceExchange exchange)
    {
        exchange.Outcome = Outcomes.BadRequest;
        if (context.Request.Headers.ContentEncoding is { Count: > 0 } encoding && !string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase))
        {
            return OpenAiErrors.EncodedBody(encoding.ToString());
        }

        RequestBody? body;
        try
        {
            body = await RequestBody.TryReadAsync(context.Request, options.MaxBodyBytes, context.RequestAborted);
        }
        catch (BadHttpRequestException e)
        {
            return OpenAiErrors.UnreadableBody(e.StatusCode, e.Message);
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && context.RequestAborted.IsCancellationRequested))
        {
            exchange.Outcome = Outcomes.ClientGone;
            return null;
        }

        if (body is null)
        {
            return OpenAiErrors.TooLarge(options.MaxBodyBytes);
        }

        using (body)
        {
            if (BodyScan.TryScan(body.Bytes.Span, out var facts) is { } invalid)
            {
                return invalid;
            }

            return await RouteAsync(context, operation, body, facts, exchange);
        }
    }

    private async Task<OpenAiError?> RouteAsync(HttpContext context, string operation, RequestBody body, RequestFacts facts, InferenceExchange exchange)
    {
        var decision = RouteDecider.Decide(facts, routes.Table);
        exchange.Model = facts.Model;
        exchange.Reason = decision.Reason;
        switch (decision)
        {
            case RoutingDecision.Starting starting:
                exchange.Outcome = Outcomes.NotReady;
                return OpenAiErrors.Starting(starting.Reason);
            case RoutingDecision.UnknownModel unknown:
                exchange.Outcome = Outcomes.NoRoute;
                return OpenAiErrors.ModelNotFound(unknown);
            case RoutingDecision.AmbiguousModel ambiguous:
                exchange.Outcome = Outcomes.NoRoute;
                return OpenAiErrors.AmbiguousModel(ambiguous);
            case RoutingDecision.NoneReady none:
                exchange.Target = none.Target;
                exchange.Outcome = Outcomes.NotReady;
                return OpenAiErrors.NotReady(none);
            case RoutingDecision.Forward forward:
                var request = new ForwardingRequest(context, forward.Target, forward.Endpoints, facts, body);
                return forward.Target.Canary is { } canary && traffic.Takes(canary) && await TryAsync(operation, canary, request, exchange)
                    ? null
                    : await ForwardAsync(operation, request, exchange);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Asks the service that is tried. False where it failed and nothing reached the client: the one beside which it is tried answers then.</summary>
    private async Task<bool> TryAsync(string operation, Canary canary, ForwardingRequest request, InferenceExchange exchange)
    {
        await ForwardAsync(operation, request with { Target = canary.Target, Endpoints = canary.Endpoints, HasOther = true }, exchange);
        var error = exchange.Result.Error;
        traffic.Count(canary, error switch
        {
            ForwardingError.None => false,
            ForwardingError.ClientGone or ForwardingError.ClientStalled => null,
            _ => true,
        });
        return error is ForwardingError.None or ForwardingError.ClientGone or ForwardingError.ClientStalled || request.Context.Response.HasStarted;
    }

    private async Task<OpenAiError?> ForwardAsync(string operation, ForwardingRequest request, InferenceExchange exchange)
    {
        exchange.Target = request.Target;
        exchange.Outcome = Outcomes.Failed;
        using var span = Telemetry.StartSpan(operation, request.Target.Model.ToString());
        var result = await forwarder.ForwardAsync(request, request.Context.RequestAborted);
        exchange.Result = result;
        exchange.Outcome = OutcomeOf(result);
        if (result.Error != ForwardingError.None)
        {
            exchange.Reason = result.Detail ?? "";
            span?.SetTag("error.type", result.Error.ToString());
            span?.SetStatus(ActivityStatusCode.Error);
        }

        return request.Context.Response.HasStarted ? null : ErrorOf(result, request.Target);
    }

    private static string OutcomeOf(ForwardingResult result) => result.Error switch
    {
        ForwardingError.None when result.Status >= 500 => Outcomes.BackendError,
        ForwardingError.None => result.IsStream ? Outcomes.OkStream : Outcomes.Ok,
        ForwardingError.NoEndpoint or ForwardingError.EngineLoading => Outcomes.NotReady,
        ForwardingError.ServerError => Outcomes.BackendError,
        ForwardingError.ConnectFailed or ForwardingError.BrokenBeforeHeaders or ForwardingError.InvalidResponse or ForwardingError.BrokenBeforeBody =>
            Outcomes.AllBackendsFailed,
        ForwardingError.FirstByteTimeout or ForwardingError.IdleTimeout => Outcomes.Timeout,
        ForwardingError.BrokenBody => Outcomes.Truncated,
        ForwardingError.ClientGone or ForwardingError.ClientStalled => Outcomes.ClientGone,
        _ => throw new UnreachableException(),
    };

    private OpenAiError? ErrorOf(ForwardingResult result, ModelTarget target) => result.Error switch
    {
        ForwardingError.NoEndpoint => OpenAiErrors.Recovering(target),
        ForwardingError.EngineLoading => OpenAiErrors.Loading(target),
        ForwardingError.ConnectFailed => OpenAiErrors.Unreachable(target, result.Detail ?? ""),
        ForwardingError.BrokenBeforeHeaders or ForwardingError.InvalidResponse or ForwardingError.BrokenBeforeBody => OpenAiErrors.Died(target, result.Detail ?? ""),
        ForwardingError.FirstByteTimeout => OpenAiErrors.FirstByteTimeout(target, options.FirstByteTimeout),
        // The rest happens after the response started, or there is nobody left to tell.
        _ => null,
    };

    private void Log(InferenceExchange exchange, TimeSpan took)
    {
        var level = exchange.Outcome is Outcomes.AllBackendsFailed or Outcomes.Truncated or Outcomes.Timeout or Outcomes.Failed
            ? LogLevel.Warning
            : LogLevel.Debug;
        if (logger.IsEnabled(level))
        {
            var endpoint = exchange.Result.Endpoint?.ToString();
            Dispatched(level, exchange.Model, exchange.Outcome, exchange.Result.Status, exchange.Backend, endpoint, exchange.Result.Attempts, took, exchange.Reason);
        }
    }

    [LoggerMessage(
        EventName = "RouterDispatch",
        Message = "router.dispatch {Model} {Outcome} {Status} {Backend} at {Endpoint}, {Attempts} attempts, {Took}: {Reason}")]
    private partial void Dispatched(
        LogLevel level, string model, string outcome, int status, string backend, string? endpoint, int attempts, TimeSpan took, string reason);
}
