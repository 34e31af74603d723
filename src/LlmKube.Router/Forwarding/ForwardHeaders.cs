using System.Collections.Frozen;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace LlmKube.Router.Forwarding;

/// <summary>Which headers cross the router. Those of one connection stay on it, and so do the client's credentials.</summary>
internal static class ForwardHeaders
{
    private static readonly FrozenSet<string> s_hopByHop = FrozenSet.ToFrozenSet(
        ["Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Credentials are the router's to check and none of an engine's business; the rest is set anew for the next connection.</summary>
    private static readonly FrozenSet<string> s_keptFromBackend = FrozenSet.ToFrozenSet(
        ["Authorization", "Cookie", "X-Api-Key", "Api-Key", "Host", "Content-Length", "Expect"], StringComparer.OrdinalIgnoreCase);

    public static void CopyRequest(IHeaderDictionary from, HttpRequestMessage to)
    {
        var connection = from.Connection;
        foreach (var (name, values) in from)
        {
            if (s_hopByHop.Contains(name) || s_keptFromBackend.Contains(name) || IsNamedBy(connection, name) || name.StartsWith(':'))
            {
                continue;
            }

            if (!Add(to.Headers, name, values) && to.Content is { } content)
            {
                Add(content.Headers, name, values);
            }
        }
    }

    public static void CopyResponse(HttpResponseMessage from, IHeaderDictionary to)
    {
        Copy(from.Headers.NonValidated, from.Headers, to);
        Copy(from.Content.Headers.NonValidated, from.Headers, to);
    }

    private static void Copy(HttpHeadersNonValidated headers, HttpResponseHeaders all, IHeaderDictionary to)
    {
        foreach (var (name, values) in headers)
        {
            if (!s_hopByHop.Contains(name) && !all.Connection.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                to[name] = values.Count == 1 ? new StringValues(values.ToString()) : new StringValues([.. values]);
            }
        }
    }

    private static bool Add(HttpHeaders headers, string name, StringValues values) =>
        values.Count == 1 ? headers.TryAddWithoutValidation(name, values[0]) : headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);

    /// <summary>RFC 9110 7.6.1: what <c>Connection</c> names belongs to the connection too.</summary>
    private static bool IsNamedBy(StringValues connection, string name)
    {
        foreach (var value in connection)
        {
            foreach (var part in (value ?? "").AsSpan().Split(','))
            {
                if (value.AsSpan()[part].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
