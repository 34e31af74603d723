using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmKube.Kubernetes.Configuration;

/// <summary>A program that gives credentials, as <c>users[].user.exec</c> of a kubeconfig names it.</summary>
internal sealed record ExecPlugin(string Command, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string ApiVersion)
{
    public string? InstallHint { get; init; }

    /// <summary><c>spec.cluster</c> of the request, when the plugin asks for it.</summary>
    public JsonObject? Cluster { get; init; }
}

/// <summary>What a credential plugin answered: client.authentication.k8s.io ExecCredential's status.</summary>
internal sealed record ExecCredential(string? Token, string? ClientCertificateData, string? ClientKeyData, DateTimeOffset? Expires)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    public static async Task<ExecCredential> RunAsync(ExecPlugin plugin, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(plugin.Command) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var argument in plugin.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in plugin.Environment)
        {
            start.Environment[name] = value;
        }

        var spec = new JsonObject { ["interactive"] = false };
        if (plugin.Cluster is not null)
        {
            spec["cluster"] = plugin.Cluster.DeepClone();
        }

        start.Environment["KUBERNETES_EXEC_INFO"] =
            new JsonObject { ["apiVersion"] = plugin.ApiVersion, ["kind"] = "ExecCredential", ["spec"] = spec }.ToJsonString();
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(s_patience);
        try
        {
            using var process = Process.Start(start) ?? throw new ConfigurationException($"The credential plugin {plugin.Command} did not start.");
            var output = await process.StandardOutput.ReadToEndAsync(late.Token);
            await process.WaitForExitAsync(late.Token);
            return process.ExitCode == 0
                ? Read(plugin, output)
                : throw new ConfigurationException($"The credential plugin {plugin.Command} ended with exit code {process.ExitCode}. Run it by hand to see why.");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ConfigurationException($"The credential plugin {plugin.Command} cannot be run: {e.Message}. {plugin.InstallHint}", e);
        }
    }

    private static ExecCredential Read(ExecPlugin plugin, string output)
    {
        try
        {
            var status = JsonNode.Parse(output)?["status"] as JsonObject;
            var expires = (string?)status?["expirationTimestamp"];
            return status is null
                ? throw new ConfigurationException($"The credential plugin {plugin.Command} answered without a status.")
                : new ExecCredential(
                    (string?)status["token"],
                    (string?)status["clientCertificateData"],
                    (string?)status["clientKeyData"],
                    expires is null ? null : DateTimeOffset.Parse(expires, System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new ConfigurationException($"The credential plugin {plugin.Command} answered something that is no ExecCredential.", e);
        }
    }
}

/// <summary>The token of a credential plugin, kept until shortly before it expires.</summary>
internal sealed class ExecToken(ExecPlugin plugin, ExecCredential? first, TimeProvider time) : ITokenSource, IDisposable
{
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile ExecCredential? _held = first;

    public async ValueTask<string?> GetAsync(CancellationToken cancellationToken)
    {
        if (IsFresh(_held))
        {
            return _held!.Token;
        }

        await _one.WaitAsync(cancellationToken);
        try
        {
            if (!IsFresh(_held))
            {
                _held = await ExecCredential.RunAsync(plugin, cancellationToken);
            }

            return _held!.Token;
        }
        finally
        {
            _one.Release();
        }
    }

    public bool Forget(string token)
    {
        if (_held is { } held && held.Token == token)
        {
            _held = null;
        }

        return true;
    }

    public void Dispose() => _one.Dispose();

    private bool IsFresh(ExecCredential? credential) =>
        credential is not null && (credential.Expires is not { } expires || time.GetUtcNow() < expires - s_margin);
}
