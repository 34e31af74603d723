using System.Net;
using LlmKube.Models.Backends.Network;

namespace LlmKube.Models.Backends.HuggingFace;

/// <summary>Reads what the Hub says in the headers of its answers.</summary>
internal static class HubAnswers
{
    /// <summary>The failure of an answer, in the Hub's own terms where it gives a code; null for a success.</summary>
    public static ModelFailure? Failure(HttpResponseMessage answer, Uri url, Uri endpoint, string repo, TimeProvider time)
    {
        var page = $"{endpoint.AbsoluteUri.TrimEnd('/')}/{repo}";
        return (Header(answer, "X-Error-Code"), answer.StatusCode) switch
        {
            ("GatedRepo", _) => new ModelFailure(
                FailureKind.Forbidden, $"{repo} is gated: its owner lets in only those who accepted its conditions. Accept them at {page} and put that account's token into the Secret's entry HF_TOKEN."),
            ("RepoNotFound", _) or (null, HttpStatusCode.Unauthorized) => new ModelFailure(
                answer.StatusCode == HttpStatusCode.Unauthorized ? FailureKind.Unauthorized : FailureKind.NotFound,
                $"{endpoint.Host} shows no repository {repo}: it does not exist, or it is private and the token may not see it. Check the name at {page}, and the Secret's entry HF_TOKEN."),
            ("RevisionNotFound", _) => new ModelFailure(FailureKind.NotFound, $"{repo} has no such revision ({NetworkClient.Shown(url)}). Name a branch, a tag or a commit of it."),
            ("EntryNotFound", _) => new ModelFailure(FailureKind.NotFound, $"{repo} has no such file ({NetworkClient.Shown(url)}). {page}/tree/main lists its files."),
            _ => NetworkFailures.From(answer, url, time, Header(answer, "X-Error-Message")) is { } failure
                ? failure with { RetryAfter = failure.RetryAfter ?? Reset(answer) }
                : null,
        };
    }

    public static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    /// <summary>An entity tag as the Hub means it: 64 hex digits are the SHA-256, 40 are git's name, anything else says nothing.</summary>
    public static ContentDigest? Digest(string? tag)
    {
        var plain = tag?.Replace("W/", "", StringComparison.Ordinal).Trim('"');
        return plain is null || !plain.All(char.IsAsciiHexDigit) ? null : plain.Length switch
        {
            64 => ContentDigest.Sha256(plain),
            40 => ContentDigest.GitBlobSha1(plain),
            _ => null,
        };
    }

    /// <summary>The address of the next page: <c>Link: &lt;…&gt;; rel="next"</c>.</summary>
    public static Uri? Next(HttpResponseMessage answer, Uri url)
    {
        foreach (var link in Header(answer, "Link")?.Split(',') ?? [])
        {
            if (link.Contains("rel=\"next\"", StringComparison.Ordinal) && link.IndexOf('<', StringComparison.Ordinal) is >= 0 and var open && link.IndexOf('>', open) is > 0 and var close)
            {
                return new Uri(url, link[(open + 1)..close]);
            }
        }

        return null;
    }

    /// <summary>When the Hub counts anew: <c>RateLimit: "api";r=0;t=120</c>.</summary>
    private static TimeSpan? Reset(HttpResponseMessage answer) =>
        Header(answer, "RateLimit")?.Split(';').Select(part => part.Trim()).FirstOrDefault(part => part.StartsWith("t=", StringComparison.Ordinal)) is { } reset
        && int.TryParse(reset.AsSpan(2), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
