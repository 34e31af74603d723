using System.Globalization;
using LlmKube.ApiServer.Storage;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Http;

/// <summary>Every refusal of the API, with the reason, code and wording that Kubernetes clients expect.</summary>
internal static class Failures
{
    public static RequestFailure NotFound(ResourceCollection collection, string name) =>
        New(404, "NotFound", $"{collection} \"{name}\" not found", Details(collection, name));

    public static RequestFailure NoSuchResource() =>
        New(404, "NotFound", "the server could not find the requested resource", new StatusDetails());

    public static RequestFailure AlreadyExists(ResourceCollection collection, string name) =>
        New(409, "AlreadyExists", $"{collection} \"{name}\" already exists", Details(collection, name));

    public static RequestFailure Modified(ResourceCollection collection, string name) => Conflict(
        collection, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static RequestFailure Conflict(ResourceCollection collection, string name, string why, IReadOnlyList<StatusCause>? causes = null) => New(
        409, "Conflict", $"Operation cannot be fulfilled on {collection} \"{name}\": {why}", Details(collection, name) with { Causes = causes });

    /// <summary>Server-side apply's conflict, whose message does not name the object.</summary>
    public static RequestFailure ApplyConflict(string message, IReadOnlyList<StatusCause> causes) =>
        New(409, "Conflict", message, new StatusDetails { Causes = causes });

    public static RequestFailure Invalid(string group, string kind, string name, IReadOnlyList<StatusCause> causes)
    {
        var sentences = causes.Select(cause => $"{cause.Field}: {cause.Message}").Distinct(StringComparer.Ordinal).ToList();
        var text = sentences.Count == 1 ? sentences[0] : $"[{string.Join(", ", sentences)}]";
        var qualified = group.Length == 0 ? kind : $"{kind}.{group}";
        return New(
            422, "Invalid", $"{qualified} \"{name}\" is invalid: {text}", new StatusDetails { Name = name, Group = NullIfEmpty(group), Kind = kind, Causes = causes });
    }

    public static RequestFailure ServiceUnavailable(string message) => New(503, "ServiceUnavailable", message);

    public static RequestFailure BadRequest(string message) => New(400, "BadRequest", message);

    public static RequestFailure Forbidden(ResourceCollection collection, string name, string why, IReadOnlyList<StatusCause>? causes = null) =>
        New(403, "Forbidden", $"{collection} \"{name}\" is forbidden: {why}", Details(collection, name) with { Causes = causes });

    public static RequestFailure Unauthorized() => New(401, "Unauthorized", "Unauthorized");

    public static RequestFailure MethodNotAllowed(string message = "the server does not allow this method on the requested resource") =>
        New(405, "MethodNotAllowed", message, new StatusDetails());

    public static RequestFailure NotAcceptable(string served) =>
        New(406, "NotAcceptable", $"only the following media types are accepted: {served}");

    public static RequestFailure UnsupportedMediaType(string sent, string served) => New(
        415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {served} (sent: '{sent}')");

    public static RequestFailure TooLarge(long limitBytes) => New(
        413, "RequestEntityTooLarge", string.Create(CultureInfo.InvariantCulture, $"Request entity too large: limit is {limitBytes}"));

    public static Status ExpiredStatus(long asked, long oldest) => New(
        410, "Expired", string.Create(CultureInfo.InvariantCulture, $"too old resource version: {asked} ({oldest})")).Status;

    public static RequestFailure ExpiredContinue(string inconsistentContinue)
    {
        var failure = New(
            410,
            "Expired",
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, "
            + "or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list.");
        return new RequestFailure(failure.Status with { Metadata = new ListMeta { Continue = inconsistentContinue } });
    }

    /// <summary>The revision lies in the future: of another server, or of this one's previous life.</summary>
    public static RequestFailure TooLargeResourceVersion(long asked, long current) => New(
        504,
        "Timeout",
        string.Create(CultureInfo.InvariantCulture, $"Timeout: Too large resource version: {asked}, current: {current}"),
        new StatusDetails { RetryAfterSeconds = 1, Causes = [new StatusCause { Reason = "ResourceVersionTooLarge", Message = "Too large resource version" }] });

    public static RequestFailure TooManyRequests(string message, int? retryAfterSeconds) =>
        New(429, "TooManyRequests", message, new StatusDetails { RetryAfterSeconds = retryAfterSeconds });

    public static RequestFailure Internal(string message) => New(
        500, "InternalError", $"Internal error occurred: {message}", new StatusDetails { Causes = [new StatusCause { Message = message }] });

    /// <summary>The journal could not take the write.</summary>
    public static RequestFailure NotStored(CommitOutcome.Refused refused) => refused.OutOfSpace
        ? New(507, "InsufficientStorage", $"the change was not stored because the disk is full; free some space and repeat it ({refused.Message})")
        : Internal($"the change was not stored: {refused.Message}");

    public static Status Success(ResourceCollection collection, string name, string uid) => new()
    {
        Metadata = new ListMeta(),
        Outcome = "Success",
        Details = Details(collection, name) with { Uid = uid },
    };

    private static RequestFailure New(int code, string reason, string message, StatusDetails? details = null) => new(new Status
    {
        Metadata = new ListMeta(),
        Outcome = "Failure",
        Message = message,
        Reason = reason,
        Details = details,
        Code = code,
    });

    private static StatusDetails Details(ResourceCollection collection, string name) =>
        new() { Name = name, Group = NullIfEmpty(collection.Group), Kind = collection.Plural };

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
