using System.Net.Http.Headers;
using System.Text;

namespace LlmKube.Models.Backends.Http;

/// <summary>
/// How requests to a web server are authorized, from a Secret's entries: <c>username</c> and <c>password</c>, <c>token</c> (bearer), or
/// <c>headerName</c> and <c>headerValue</c>; else from the address itself.
/// </summary>
internal static class HttpCredentials
{
    public static Action<HttpRequestMessage>? Of(IReadOnlyDictionary<string, string> credentials, Uri url)
    {
        if (Entry(credentials, "headerName") is { } name && Entry(credentials, "headerValue") is { } value)
        {
            return message => message.Headers.TryAddWithoutValidation(name, value);
        }

        if (Entry(credentials, "token") is { } token)
        {
            return message => message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (Entry(credentials, "username") is { } user)
        {
            return Basic($"{user}:{Entry(credentials, "password")}");
        }

        return url.UserInfo.Length > 0 ? Basic(Uri.UnescapeDataString(url.UserInfo)) : null;
    }

    /// <summary>What a person writes into a Secret often ends with a line break, and never means it.</summary>
    public static string? Entry(IReadOnlyDictionary<string, string> credentials, string key) =>
        credentials.GetValueOrDefault(key)?.Trim() is { Length: > 0 } value ? value : null;

    private static Action<HttpRequestMessage> Basic(string pair)
    {
        var header = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        return message => message.Headers.Authorization = header;
    }
}
