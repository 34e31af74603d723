using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LlmKube.Models.Backends.S3;

/// <summary>Signs requests by AWS Signature Version 4, as S3 wants it (docs.aws.amazon.com, "Authenticating Requests: Using the Authorization Header").</summary>
internal sealed class S3Signer(S3Credentials credentials, string region, TimeProvider time)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string Service = "s3";

    /// <summary>The SHA-256 of nothing.</summary>
    private const string EmptyBody = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>Stands for a body that is not part of the signature.</summary>
    private const string UnsignedBody = "UNSIGNED-PAYLOAD";

    /// <summary>Signs a request without a body.</summary>
    public void Sign(HttpRequestMessage message) => Sign(message, EmptyBody);

    /// <summary>Signs a request whose body is not signed with it.</summary>
    public void SignUpload(HttpRequestMessage message) => Sign(message, UnsignedBody);

    private void Sign(HttpRequestMessage message, string body)
    {
        var now = time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var url = message.RequestUri!;
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = url.IsDefaultPort ? url.IdnHost : string.Create(CultureInfo.InvariantCulture, $"{url.IdnHost}:{url.Port}"),
            ["x-amz-content-sha256"] = body,
            ["x-amz-date"] = now,
        };
        if (credentials.SessionToken is { } token)
        {
            headers["x-amz-security-token"] = token;
        }

        foreach (var (name, value) in headers.Where(header => header.Key != "host"))
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        var signed = string.Join(';', headers.Keys);
        var request = string.Join('\n', [
            message.Method.Method, url.AbsolutePath, CanonicalQuery(url),
            .. headers.Select(header => $"{header.Key}:{header.Value}"), "", signed, body]);
        var scope = $"{now[..8]}/{region}/{Service}/aws4_request";
        var text = string.Join('\n', Algorithm, now, scope, Hex(SHA256.HashData(Encoding.UTF8.GetBytes(request))));
        var signature = Hex(HMACSHA256.HashData(Key(now[..8]), Encoding.UTF8.GetBytes(text)));
        message.Headers.TryAddWithoutValidation("Authorization", $"{Algorithm} Credential={credentials.AccessKey}/{scope}, SignedHeaders={signed}, Signature={signature}");
    }

    /// <summary>A path or a value as it stands in a request and in its signature: everything but letters, digits and <c>-._~</c> as %XX.</summary>
    public static string Escape(string text, bool keepSlashes)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~' || (value == '/' && keepSlashes))
            {
                escaped.Append((char)value);
            }
            else
            {
                escaped.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }

        return escaped.ToString();
    }

    /// <summary>The parameters in order; they are written escaped already.</summary>
    private static string CanonicalQuery(Uri url) => string.Join('&', url.Query.TrimStart('?')
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(parameter => parameter.Contains('=', StringComparison.Ordinal) ? parameter : parameter + "=")
        .Order(StringComparer.Ordinal));

    private byte[] Key(string day)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + credentials.SecretKey);
        foreach (var part in (string[])[day, region, Service, "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return key;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
