using System.Net;
using LlmKube.ApiServer.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LlmKube.ApiServer.Http;

/// <summary>Kestrel and nothing else: no routing, no configuration files, no console lifetime.</summary>
internal static class WebHost
{
    /// <summary>What kube-apiserver allows: every informer of a process shares one connection.</summary>
    private const int MaxStreamsPerConnection = 1000;

    /// <summary>Watches end at once when the server stops; this is for what is being written.</summary>
    private static readonly TimeSpan s_shutdown = TimeSpan.FromSeconds(5);

    public static async Task<(WebApplication Web, Uri Url)> StartAsync(
        EmbeddedApiServerOptions options, ServerIdentity identity, RequestPipeline pipeline, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(options.LoggerFactory);
        builder.Services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = s_shutdown);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, options, identity));
        var web = builder.Build();
        web.Run(pipeline.HandleAsync);
        try
        {
            await web.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            await web.DisposeAsync();
            throw new IOException(
                $"listening on {options.Address}:{options.Port} failed: {e.Message} Stop what uses the port, or choose another one for the API server.", e);
        }

        var listening = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return (web, new UriBuilder(Uri.UriSchemeHttps, HostOf(options.Address), listening.Port).Uri);
    }

    private static void Configure(KestrelServerOptions kestrel, EmbeddedApiServerOptions options, ServerIdentity identity)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = RequestBody.MaxBytes + 1;
        kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        kestrel.Listen(options.Address, options.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificateSelector = (_, _) => identity.Server,
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,

                // Who is behind a certificate is decided by the authenticator, which can answer 401 in words.
                ClientCertificateValidation = static (_, _, _) => true,
            });
        });
    }

    private static string HostOf(IPAddress address) => address switch
    {
        _ when address.Equals(IPAddress.Any) => "127.0.0.1",
        _ when address.Equals(IPAddress.IPv6Any) => "[::1]",
        { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } => $"[{address}]",
        _ => address.ToString(),
    };
}
