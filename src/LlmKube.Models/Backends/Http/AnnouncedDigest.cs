using System.Net.Http.Headers;

namespace LlmKube.Models.Backends.Http;

/// <summary>
/// The SHA-256 that a server says of the whole file: <c>Repr-Digest</c> (RFC 9530), the older <c>Digest</c> (RFC 3230), or the
/// <c>X-Checksum-Sha256</c> of artifact servers.
/// </summary>
internal static class AnnouncedDigest
{
    public static ContentDigest? Of(HttpResponseHeaders headers) =>
        FromBase64(Member(headers, "Repr-Digest", "sha-256=:")) ?? FromBase64(Member(headers, "Digest", "sha-256=")) ?? FromHex(Member(headers, "X-Checksum-Sha256", ""));

    private static string? Member(HttpResponseHeaders headers, string name, string prefix) =>
        headers.NonValidated.TryGetValues(name, out var values)
            ? values.SelectMany(value => value.Split(',')).Select(value => value.Trim()).FirstOrDefault(value => value.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))?[prefix.Length..]
            : null;

    private static ContentDigest? FromBase64(string? text)
    {
        Span<byte> digest = stackalloc byte[64];
        return text is not null && Convert.TryFromBase64String(text.TrimEnd(':'), digest, out var written) && written == 32
            ? ContentDigest.Sha256(Convert.ToHexString(digest[..written]))
            : null;
    }

    private static ContentDigest? FromHex(string? text) => text is { Length: 64 } && text.All(char.IsAsciiHexDigit) ? ContentDigest.Sha256(text) : null;
}
