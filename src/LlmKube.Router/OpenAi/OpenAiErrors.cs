using System.Globalization;
using LlmKube.Router.Routing;

namespace LlmKube.Router.OpenAi;

/// <summary>Every error that the router itself answers with. What an engine answers passes through as it is.</summary>
internal static class OpenAiErrors
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_whenReady = TimeSpan.FromSeconds(5);

    public static OpenAiError UnknownPath(string method, string path) => new(
        404,
        $"There is nothing at {method} {Short(path)}. This router answers {RouterEndpoints.Summary}.",
        OpenAiError.InvalidRequest,
        "unknown_url");

    public static OpenAiError WrongMethod(string method, RouterEndpoint endpoint) => new(
        405, $"{endpoint.Path} does not take {method}; use {endpoint.Method}.", OpenAiError.InvalidRequest, "method_not_allowed")
    {
        Allow = endpoint.Method,
    };

    public static OpenAiError TooLarge(int limitBytes) => new(
        413,
        $"The request body is larger than {(limitBytes / 1048576.0).ToString("0.##", CultureInfo.InvariantCulture)} MiB. Send less, or raise the router's body limit.",
        OpenAiError.InvalidRequest,
        "request_too_large")
    {
        ClosesConnection = true,
    };

    public static OpenAiError EncodedBody(string encoding) => new(
        415, $"The request body has Content-Encoding {Short(encoding)}; send it without one.", OpenAiError.InvalidRequest, "unsupported_content_encoding");

    public static OpenAiError UnreadableBody(int status, string what) => new(
        status, $"The request body could not be read: {what}", OpenAiError.InvalidRequest, "unreadable_body")
    {
        ClosesConnection = true,
    };

    public static OpenAiError BadJson(string where) => new(
        400, $"The request body is not valid JSON{where}. Send one JSON object, such as {{\"model\": \"…\", \"messages\": […]}}.", OpenAiError.InvalidRequest, "invalid_json");

    public static OpenAiError MissingModel() => new(
        400, "The request names no model. Set \"model\" to one of the ids that GET /v1/models lists.", OpenAiError.InvalidRequest, "missing_model")
    {
        Param = "model",
    };

    public static OpenAiError ModelIsNotText() => new(
        400, "\"model\" must be a string: one of the ids that GET /v1/models lists.", OpenAiError.InvalidRequest, "invalid_type")
    {
        Param = "model",
    };

    /// <summary>Engines take the last of two, others the first; a request that means two things is refused.</summary>
    public static OpenAiError ModelTwice() => new(
        400, "The request has \"model\" more than once. Keep one of them.", OpenAiError.InvalidRequest, "duplicate_model")
    {
        Param = "model",
    };

    public static OpenAiError ModelNotFound(RoutingDecision.UnknownModel unknown) => new(
        404,
        $"The model '{Short(unknown.Model)}' does not exist. " + (unknown.Available.IsEmpty
            ? "No model is deployed; deploy one with `llmkube deploy`."
            : $"Available: {RouteDecider.Enumerate(unknown.Available)}."),
        OpenAiError.InvalidRequest,
        "model_not_found")
    {
        Param = "model",
    };

    public static OpenAiError AmbiguousModel(RoutingDecision.AmbiguousModel ambiguous) => new(
        400,
        $"The model '{Short(ambiguous.Model)}' exists in several namespaces. Name one of them: {RouteDecider.Enumerate(ambiguous.Candidates)}.",
        OpenAiError.InvalidRequest,
        "ambiguous_model")
    {
        Param = "model",
    };

    public static OpenAiError NotReady(RoutingDecision.NoneReady none) => new(
        503,
        $"The model '{none.Target.Model}' is not ready: {none.Reason} See `llmkube status {none.Target.Model.Name} -n {none.Target.Model.Namespace}`.",
        OpenAiError.Server,
        "model_not_ready")
    {
        RetryAfter = s_whenReady,
    };

    public static OpenAiError Starting(string reason) => new(503, $"{reason} Try again in a second.", OpenAiError.Server, "router_starting")
    {
        RetryAfter = s_soon,
    };

    public static OpenAiError Loading(ModelTarget target) => new(
        503, $"The model '{target.Model}' is being loaded into memory. Try again in a few seconds.", OpenAiError.Server, "model_loading")
    {
        RetryAfter = s_whenReady,
    };

    public static OpenAiError Unreachable(ModelTarget target, string detail) => new(
        502,
        $"No replica of '{target.Model}' could be reached: {detail} See `llmkube status {target.Model.Name} -n {target.Model.Namespace}`.",
        OpenAiError.Server,
        "backend_unreachable")
    {
        RetryAfter = s_soon,
    };

    public static OpenAiError Recovering(ModelTarget target) => new(
        503, $"Every replica of '{target.Model}' refused connections a moment ago and one is being tried again. Try again in a second.", OpenAiError.Server, "backend_recovering")
    {
        RetryAfter = s_soon,
    };

    public static OpenAiError Died(ModelTarget target, string detail) => new(
        502,
        $"The server of '{target.Model}' ended the connection before it answered: {detail} See `llmkube logs {target.Model.Name} -n {target.Model.Namespace}`.",
        OpenAiError.Server,
        "backend_failed");

    public static OpenAiError FirstByteTimeout(ModelTarget target, TimeSpan after) => new(
        504,
        $"The server of '{target.Model}' sent nothing for {after.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s. Send a shorter prompt, stream the answer, or raise the router's first-byte timeout.",
        OpenAiError.Server,
        "backend_timeout");

    /// <summary>The last event of a stream that its server did not finish.</summary>
    public static OpenAiError StreamCut(ModelTarget target, string detail) => new(
        502, $"The answer of '{target.Model}' is incomplete: {detail} Ask again.", OpenAiError.Server, "stream_interrupted");

    public static OpenAiError Internal() => new(
        500, "The router failed while it handled this request; its log has the details.", OpenAiError.Server, "internal_error");

    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
