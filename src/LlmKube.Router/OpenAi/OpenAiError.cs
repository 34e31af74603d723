namespace LlmKube.Router.OpenAi;

/// <summary>An error as OpenAI's API shapes it, with its HTTP status. <paramref name="Message"/> says what happened and what to do.</summary>
internal sealed record OpenAiError(int Status, string Message, string Type, string Code)
{
    public const string InvalidRequest = "invalid_request_error";
    public const string Server = "server_error";

    /// <summary>The request field at fault.</summary>
    public string? Param { get; init; }

    /// <summary>When asking again makes sense.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The methods a path has, for 405.</summary>
    public string? Allow { get; init; }

    /// <summary>The rest of the request was not read, so the connection cannot carry another one.</summary>
    public bool ClosesConnection { get; init; }
}
