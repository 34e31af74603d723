using System.Security.Cryptography.X509Certificates;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Resources;
using Microsoft.Extensions.Logging;

namespace LlmKube.Operator.Webhooks;

/// <summary>Keeps the keys of the admission webhooks and their registration. Every operator serves them, the leader or not.</summary>
public sealed partial class WebhookKeeper(KubernetesClient client, WebhookSettings settings, TimeProvider time, ILoggerFactory loggers)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    /// <summary>What it leaves in the cluster beside its keys.</summary>
    public static IReadOnlyList<(ResourceDefinition Definition, string Name)> Registered { get; } =
        [(WebhookRegistration.Validating, WebhookRegistration.ValidatingName), (WebhookRegistration.Mutating, WebhookRegistration.MutatingName)];

    private readonly ILogger _logger = loggers.CreateLogger<WebhookKeeper>();
    private volatile X509Certificate2? _certificate;
    private string? _authority;
    private string? _registered;

    /// <summary>What the webhooks are served with at the moment.</summary>
    public X509Certificate2? Certificate => _certificate;

    /// <summary>Runs until cancelled.</summary>
    /// <param name="serve">Begins to serve; called once there are keys, and before the API server is told to ask.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Func<CancellationToken, Task> serve, CancellationToken cancellationToken)
    {
        var serving = false;
        var pause = TimeSpan.Zero;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(pause, time, cancellationToken);
                await KeepAsync(cancellationToken);
                if (!serving)
                {
                    await serve(cancellationToken);
                    serving = true;
                    LogServing(settings.Port);
                }

                await RegisterAsync(cancellationToken);
                pause = s_interval;
            }
            catch (Exception e) when (e is ApiException or HttpRequestException)
            {
                LogNotKept(e.Message);
                pause = s_pause;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        var keys = await new ServingKeysSecret(client, settings, time).EnsureAsync(cancellationToken);
        if (_authority != keys.AuthorityPem)
        {
            _certificate = keys.Load();
            _authority = keys.AuthorityPem;
        }
    }

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        if (_registered == _authority)
        {
            return;
        }

        var options = new ApplyOptions(FieldManagers.Operator);
        await client.Of(WebhookRegistration.Validating).ApplyAsync(WebhookRegistration.ValidatingOf(settings, _authority!), options, cancellationToken);
        await client.Of(WebhookRegistration.Mutating).ApplyAsync(WebhookRegistration.MutatingOf(settings, _authority!), options, cancellationToken);
        _registered = _authority;
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "WebhooksServed", Message = "Admission webhooks are served on port {Port}")]
    private partial void LogServing(int port);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "WebhooksNotKept", Message = "The admission webhooks could not be set up, and are tried again: {Why}")]
    private partial void LogNotKept(string why);
}
