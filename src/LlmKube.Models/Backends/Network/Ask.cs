using System.Net.Http.Headers;

namespace LlmKube.Models.Backends.Network;

/// <summary>A request that may have to be made several times, as redirects lead.</summary>
/// <param name="Method">GET or HEAD; another only where its body can be sent again.</param>
/// <param name="Url">Where it begins.</param>
internal sealed record Ask(HttpMethod Method, Uri Url)
{
    public RangeHeaderValue? Range { get; init; }

    /// <summary>A strong entity tag: the range is given only of those bytes, and otherwise the whole file.</summary>
    public string? IfRange { get; init; }

    /// <summary>An entity tag: what still has it is not sent again, and the answer is 304.</summary>
    public string? IfNoneMatch { get; init; }

    public string? Accept { get; init; }

    /// <summary>Makes what is sent along, anew for each time.</summary>
    public Func<HttpContent>? Body { get; init; }

    /// <summary>How long the answer may take to begin, where that is not what the installation allows: a long body is sent before it.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>Adds credentials. Called only for addresses of the host that the person named.</summary>
    public Action<HttpRequestMessage>? Authorize { get; init; }

    /// <summary>Whether the redirect is to be followed; else its answer comes back.</summary>
    public Func<Uri, bool> Follows { get; init; } = _ => true;

    public HttpRequestMessage Message(Uri url)
    {
        var message = new HttpRequestMessage(Method, url) { Version = System.Net.HttpVersion.Version11 };
        message.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        message.Headers.UserAgent.Add(new ProductInfoHeaderValue("llmkube", null));
        message.Headers.Range = Range;
        message.Content = Body?.Invoke();
        if (IfRange is not null)
        {
            message.Headers.TryAddWithoutValidation("If-Range", IfRange);
        }

        if (IfNoneMatch is not null)
        {
            message.Headers.TryAddWithoutValidation("If-None-Match", IfNoneMatch);
        }

        if (Accept is not null)
        {
            message.Headers.Accept.ParseAdd(Accept);
        }

        return message;
    }
}
