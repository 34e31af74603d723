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
        if (CustomHeader(credentials) is { } header)
        {
            return message => message.Headers.TryAddWithoutValidation(header.Name, header.Value);
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

    /// <summary>What is wrong with the entries; null where nothing is. A header takes printable ASCII, and a name only part of that.</summary>
    public static string? Fault(IReadOnlyDictionary<string, string> credentials)
    {
        if (credentials.ContainsKey("header") && CustomHeader(credentials) is null)
        {
            return "the entry header is not of the form \"Name: value\"";
        }

        if (CustomHeader(credentials) is { } header && (header.Name.Length == 0 || !header.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')))
        {
            return "the name of the header has characters that no header's name has";
        }

        return ((string[])["token", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "header", "headerValue"]).FirstOrDefault(key => Entry(credentials, key)?.Any(c => c is < ' ' or > '~') == true) is { } bad
            ? $"the entry {bad} has a line break or another character in it that no header can carry"
            : null;
    }

    /// <summary>In two entries, or in one as <c>Name: value</c>.</summary>
    private static (string Name, string Value)? CustomHeader(IReadOnlyDictionary<string, string> credentials)
    {
        if (Entry(credentials, "headerName") is { } name && Entry(credentials, "headerValue") is { } value)
        {
            return (name, value);
        }

        return Entry(credentials, "header")?.Split(':', 2) is [var before, var after] ? (before.Trim(), after.Trim()) : null;
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
