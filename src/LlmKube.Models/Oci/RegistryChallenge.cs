using System.Net.Http.Headers;

namespace LlmKube.Models.Oci;

/// <summary>How a registry wants to be signed in to: <c>Basic</c>, or <c>Bearer</c> with where tokens are given. Pure.</summary>
/// <param name="IsBearer">Whether a token is to be fetched.</param>
/// <param name="Realm">Where tokens are given.</param>
/// <param name="Service">For whom.</param>
/// <param name="Scope">What for, as the registry says it.</param>
internal sealed record RegistryChallenge(bool IsBearer, string? Realm, string? Service, string? Scope)
{
    public static RegistryChallenge? Of(HttpResponseMessage answer)
    {
        foreach (var header in answer.Headers.WwwAuthenticate)
        {
            if (header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            {
                return new RegistryChallenge(false, null, null, null);
            }

            if (header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) && Parameter(header, "realm") is { } realm)
            {
                return new RegistryChallenge(true, realm, Parameter(header, "service"), Parameter(header, "scope"));
            }
        }

        return null;
    }

    /// <summary>The address to ask for a token, whatever the realm has in its query already.</summary>
    public Uri? TokenUrl(string scope)
    {
        if (!Uri.TryCreate(Realm, UriKind.Absolute, out var realm) || realm.Scheme is not ("http" or "https"))
        {
            return null;
        }

        var query = $"{(realm.Query.Length > 0 ? realm.Query + "&" : "?")}{(Service is null ? "" : $"service={Uri.EscapeDataString(Service)}&")}scope={Uri.EscapeDataString(Scope ?? scope)}";
        return new Uri(realm.GetLeftPart(UriPartial.Path) + query);
    }

    private static string? Parameter(AuthenticationHeaderValue header, string name)
    {
        var text = header.Parameter ?? "";
        var at = 0;
        while (at < text.Length)
        {
            var equals = text.IndexOf('=', at);
            if (equals < 0)
            {
                return null;
            }

            var key = text[at..equals].Trim(' ', ',');
            string value;
            if (equals + 1 < text.Length && text[equals + 1] == '"')
            {
                var end = text.IndexOf('"', equals + 2);
                end = end < 0 ? text.Length : end;
                (value, at) = (text[(equals + 2)..end], end + 1);
            }
            else
            {
                var end = text.IndexOf(',', equals);
                end = end < 0 ? text.Length : end;
                (value, at) = (text[(equals + 1)..end].Trim(), end + 1);
            }

            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }
}
