using System.Globalization;
using System.Text;
using LlmKube.Kubernetes.Client;
using LlmKube.Router;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmKube.Bench.Router;

/// <summary>The real router over a table of one model: its API server answers three lists and holds their watches open.</summary>
internal static class RouterProcess
{
    public static async Task RunAsync(int port, int enginePort, TextWriter output, CancellationToken cancellationToken)
    {
        await using var api = await StartApiAsync(enginePort, cancellationToken);
        using var handler = new SocketsHttpHandler { UseProxy = false };
#pragma warning disable RS0030 // The handler is configured above; the rule means the parameterless constructor.
        using var http = new HttpClient(handler) { BaseAddress = new Uri(api.Urls.First()), Timeout = Timeout.InfiniteTimeSpan };
#pragma warning restore RS0030
        using var client = new KubernetesClient(http);
        var options = new RouterOptions { Port = port, DrainTimeout = TimeSpan.FromSeconds(1) };
        await using var router = await RouterHost.StartAsync(options, client, TimeProvider.System, NullLoggerFactory.Instance, cancellationToken);
        await output.WriteLineAsync("ready");
        await Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken), router.Completion);
    }

    private static async Task<WebApplication> StartApiAsync(int enginePort, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var web = builder.Build();
        web.Run(async context =>
        {
            if (context.Request.Query.ContainsKey("watch"))
            {
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            }

            var plural = context.Request.Path.Value!.Split('/')[^1];
            await context.Response.WriteAsync($$"""{"metadata":{"resourceVersion":"1"},"items":[{{ItemOf(plural, enginePort)}}]}""", Encoding.UTF8, context.RequestAborted);
        });
        await web.StartAsync(cancellationToken);
        return web;
    }

    private static string ItemOf(string plural, int enginePort) => plural switch
    {
        "inferenceservices" => """{"metadata":{"name":"demo","namespace":"default"},"spec":{"modelRef":"demo"}}""",
        "endpointslices" => """
            {"metadata":{"name":"demo-1","namespace":"default","labels":{"kubernetes.io/service-name":"demo"}},"addressType":"IPv4",
             "endpoints":[{"addresses":["127.0.0.1"],"conditions":{"ready":true}}],"ports":[{"name":"http","port":PORT}]}
            """.Replace("PORT", enginePort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
        _ => "",
    };
}
