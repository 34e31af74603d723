using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using LlmKube.TestKit.Sites;
using Microsoft.AspNetCore.Http;

namespace LlmKube.Repository.Tests.Rbac;

/// <summary>A bucket that answers what a repository of models is asked: an object by its key, and the keys below a prefix.</summary>
internal sealed class Bucket(string name) : ConcurrentDictionary<string, byte[]>(StringComparer.Ordinal)
{
    public async Task AnswerAsync(HttpContext context)
    {
        var key = context.Request.Path.Value![(name.Length + 1)..].TrimStart('/');
        if (key.Length == 0)
        {
            await ListAsync(context, context.Request.Query["prefix"].ToString());
        }
        else if (TryGetValue(key, out var bytes))
        {
            await new ServedFile(bytes) { ETag = $"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))}\"" }.AnswerAsync(context);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync("<Error><Code>NoSuchKey</Code><Message>It is not there.</Message></Error>", context.RequestAborted);
        }
    }

    private Task ListAsync(HttpContext context, string prefix)
    {
        var text = new StringBuilder("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>false</IsTruncated>");
        foreach (var (key, bytes) in this.Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"<Contents><Key>{key}</Key><Size>{bytes.Length}</Size><ETag>\"{key.Length}\"</ETag></Contents>");
        }

        return context.Response.WriteAsync(text.Append("</ListBucketResult>").ToString(), context.RequestAborted);
    }
}
