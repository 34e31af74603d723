using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace LlmKube.Cli.Hosting;

/// <summary>Answers the API server's admission reviews over TLS.</summary>
internal static class WebhookServer
{
    private const long MaxReviewBytes = 16 * 1024 * 1024;

    /// <summary>Serves until cancelled, with the certificate that the keeper has at each moment.</summary>
    public static async Task RunAsync(WebhookKeeper keeper, int port, CancellationToken cancellationToken)
    {
        await using var web = SmallWeb.Build(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaxReviewBytes;
            kestrel.ListenAnyIP(port, listen => listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => keeper.Certificate));
        });
        web.Run(AnswerAsync);
        await keeper.RunAsync(web.StartAsync, cancellationToken);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (!AdmissionRules.IsServed(path))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        JsonObject? answer = null;
        try
        {
            var review = await JsonSerializer.DeserializeAsync(context.Request.Body, KubernetesJson.Default.JsonObject, context.RequestAborted);
            answer = review is null ? null : AdmissionRules.Answer(path, review);
        }
        catch (JsonException)
        {
            // Told below.
        }

        if (answer is null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted);
    }
}
