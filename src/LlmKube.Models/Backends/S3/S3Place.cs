using System.Text;
using LlmKube.Models.Backends.Http;
using LlmKube.Models.Sources;

namespace LlmKube.Models.Backends.S3;

/// <summary>Where a bucket is and how its objects are addressed.</summary>
internal sealed record S3Place(Uri Endpoint, string Region, string Bucket, bool PathStyle)
{
    private const string DefaultRegion = "us-east-1";

    /// <summary>Puts together what the source, its Secret and the environment say; null with a reason where they make no address.</summary>
    public static (S3Place? Place, string? Problem) Of(ModelSource.S3 source, IReadOnlyDictionary<string, string> credentials)
    {
        string? Entry(string key) => HttpCredentials.Entry(credentials, key);
        var region = source.Region ?? Entry("AWS_REGION") ?? Entry("AWS_DEFAULT_REGION") ?? DefaultRegion;
        var endpoint = source.Endpoint ?? Entry("AWS_ENDPOINT_URL_S3") ?? Entry("AWS_ENDPOINT_URL");
        if (endpoint is not null && (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")))
        {
            return (null, $"the endpoint '{Redact.Source(endpoint)}' is no http or https address. Write https://minio.internal:9000");
        }

        // Stores of one's own seldom have a name for each bucket; names with dots have no certificate.
        var style = source.Addressing is { } said ? said == "path" : endpoint is not null || source.Bucket.Contains('.', StringComparison.Ordinal);
        return (new S3Place(new Uri(endpoint ?? $"https://s3.{region}.amazonaws.com"), region, source.Bucket, style), null);
    }

    public Uri Object(string key, string? versionId) => Url("/" + S3Signer.Escape(key, keepSlashes: true), versionId is null ? "" : $"?versionId={S3Signer.Escape(versionId, keepSlashes: false)}");

    /// <summary>Where an upload of several parts begins.</summary>
    public Uri Uploads(string key) => Url("/" + S3Signer.Escape(key, keepSlashes: true), "?uploads=");

    /// <summary>An upload of several parts.</summary>
    public Uri Upload(string key, string upload) => Url("/" + S3Signer.Escape(key, keepSlashes: true), $"?uploadId={S3Signer.Escape(upload, keepSlashes: false)}");

    /// <summary>One part of it, counted from 1.</summary>
    public Uri Part(string key, string upload, int number) =>
        Url("/" + S3Signer.Escape(key, keepSlashes: true), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"?partNumber={number}&uploadId={S3Signer.Escape(upload, keepSlashes: false)}"));

    public Uri List(string prefix, string? continuation)
    {
        var query = new StringBuilder("?");
        if (continuation is not null)
        {
            query.Append("continuation-token=").Append(S3Signer.Escape(continuation, keepSlashes: false)).Append('&');
        }

        query.Append("list-type=2&prefix=").Append(S3Signer.Escape(prefix, keepSlashes: false));
        return Url("/", query.ToString());
    }

    /// <summary>Keys may hold what an address would lose, such as <c>..</c> or an escaped slash: the path is taken as it is written.</summary>
    private Uri Url(string path, string query)
    {
        var host = Endpoint.IsDefaultPort ? Endpoint.Host : Endpoint.Authority;
        var text = PathStyle
            ? $"{Endpoint.Scheme}://{host}{Endpoint.AbsolutePath.TrimEnd('/')}/{Bucket}{(path == "/" ? "" : path)}{query}"
            : $"{Endpoint.Scheme}://{Bucket}.{host}{Endpoint.AbsolutePath.TrimEnd('/')}{path}{query}";
        return new Uri(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }
}
