using LlmKube.Models.Backends.S3;

namespace LlmKube.TestKit.Sites;

/// <summary>Signed writes to an object store, as a person's own tool makes them.</summary>
internal static class S3Writes
{
    /// <summary>Puts an object; a key of nothing makes the bucket. Keys are taken as they are.</summary>
    public static async Task PutAsync(Uri store, (string Access, string Secret) keys, string bucket, string key, byte[] bytes)
    {
        using var message = new HttpRequestMessage(HttpMethod.Put, new S3Place(store, "us-east-1", bucket, PathStyle: true).Object(key, null)) { Content = new ByteArrayContent(bytes) };
        new S3Signer(new S3Credentials(keys.Access, keys.Secret, null), "us-east-1", TimeProvider.System).SignUpload(message);
        using var handler = new SocketsHttpHandler();
        using var client = new HttpMessageInvoker(handler);
        using var answer = await client.SendAsync(message, CancellationToken.None);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{message.RequestUri} was not written: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
    }
}
