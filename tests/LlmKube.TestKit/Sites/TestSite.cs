using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace LlmKube.TestKit.Sites;

/// <summary>A web server of a test's own: it answers as the test says, and remembers what it was asked.</summary>
public sealed class TestSite : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestSite(WebApplication app) => _app = app;

    /// <summary>What it answers with.</summary>
    public RequestDelegate Handler { get; set; } = context =>
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    };

    /// <summary>What was asked, in order.</summary>
    public ConcurrentQueue<Asked> Requests { get; } = new();

    /// <summary>Its address, by number.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>Bytes of bodies that it sent.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    private long _bytesSent;

    /// <summary>Starts one on a free port; with <paramref name="certificate"/> it speaks TLS; without an address it is there for this machine alone.</summary>
    public static async Task<TestSite> StartAsync(RequestDelegate? handler = null, X509Certificate2? certificate = null, bool wantsClientCertificate = false, X509Certificate2Collection? chain = null, IPAddress? address = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(address ?? IPAddress.Loopback, 0, listen =>
            {
                if (certificate is not null)
                {
                    listen.UseHttps(https =>
                    {
                        https.ServerCertificate = certificate;
                        https.ServerCertificateChain = chain;
                        https.ClientCertificateMode = wantsClientCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate;
                        https.AllowAnyClientCertificate();
                    });
                }
            });
        });
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        var app = builder.Build();
        var site = new TestSite(app);
        if (handler is not null)
        {
            site.Handler = handler;
        }

        app.Run(site.AnswerAsync);
        await app.StartAsync();
        var port = new Uri(app.Urls.First()).Port;
        site.Url = new Uri($"{(certificate is null ? "http" : "https")}://{address ?? IPAddress.Loopback}:{port}/");
        return site;
    }

    /// <summary>The address of a path.</summary>
    public string At(string path) => new Uri(Url, path).AbsoluteUri;

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    internal void Sent(int bytes) => Interlocked.Add(ref _bytesSent, bytes);

    private Task AnswerAsync(HttpContext context)
    {
        context.Items[typeof(TestSite)] = this;
        Requests.Enqueue(new Asked(
            context.Request.Method,
            context.Request.Path.Value ?? "",
            context.Request.QueryString.Value ?? "",
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        return Handler(context);
    }
}

/// <summary>A request as it came.</summary>
public sealed record Asked(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers);
