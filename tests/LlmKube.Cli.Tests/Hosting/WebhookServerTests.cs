using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using LlmKube.Cli.Hosting;
using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Webhooks;
using LlmKube.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests.Hosting;

/// <summary>The webhooks as the API server meets them: over TLS, with the authority that is registered.</summary>
public sealed class WebhookServerTests
{
    [Fact]
    public async Task They_are_served_with_keys_that_the_registration_vouches_for()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var settings = new WebhookSettings { Port = Ports.Free(), Namespace = "default", ServiceName = "llmkube-webhook" };
        using var stopping = new CancellationTokenSource();
        var running = WebhookServer.RunAsync(new WebhookKeeper(api.Client, settings, TimeProvider.System, NullLoggerFactory.Instance), settings.Port, stopping.Token);
        DynamicObject? registered = null;
        while (registered is null)
        {
            registered = await api.Client.Of(WebhookKeeper.Registered[1].Definition).FindAsync(new ObjectKey("", WebhookKeeper.Registered[1].Name), TestContext.Current.CancellationToken);
        }

        var webhook = registered.Json["webhooks"]![0]!;
        using var authority = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(Convert.FromBase64String((string)webhook["clientConfig"]!["caBundle"]!)));
        using var client = ClientOf(authority, settings.Port);
        using var review = new StringContent("""{"request":{"uid":"u","resource":{"resource":"models"},"object":{"spec":{"source":"ftp://x"}}}}""", Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri($"https://llmkube-webhook.default.svc{AdmissionRules.ValidatePath}"), review, TestContext.Current.CancellationToken);
        ((bool)JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["response"]!["allowed"]!).ShouldBeFalse();
        using var nonsense = new StringContent("nonsense", Encoding.UTF8, "application/json");
        using var refused = await client.PostAsync(new Uri($"https://llmkube-webhook.default.svc{AdmissionRules.ValidatePath}"), nonsense, TestContext.Current.CancellationToken);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        await stopping.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    /// <summary>A client that trusts this authority alone, and reaches the Service at this machine.</summary>
    private static HttpClient ClientOf(X509Certificate2 authority, int port)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(authority);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return !errors.HasFlag(System.Net.Security.SslPolicyErrors.RemoteCertificateNameMismatch) && chain.Build((X509Certificate2)certificate!);
        };
        return new HttpClient(handler, disposeHandler: true);
    }
}
