using System.Diagnostics;
using System.Text.Json;

namespace LlmKube.Models.Oci;

/// <summary>
/// Asks the programs that keep users of registries for Docker and its kin: <c>docker-credential-NAME get</c>
/// (github.com/docker/docker-credential-helpers).
/// </summary>
internal static class CredentialHelper
{
    private const string DockerHub = "docker.io";
    private const string DockerHubServer = "https://index.docker.io/v1/";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>The user of a registry; null where the program is not there, or knows none.</summary>
    /// <param name="name">What the program is called after <c>docker-credential-</c>.</param>
    /// <param name="registry">The registry.</param>
    /// <param name="time">Bounds how long it is waited for: it may ask a person.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<(string User, string Password)?> FindAsync(string name, string registry, TimeProvider time, CancellationToken cancellationToken)
    {
        // A name is no path: what a configuration calls so is looked for where programs are.
        if (name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
        {
            return null;
        }

        var start = new ProcessStartInfo($"docker-credential-{name}", ["get"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var late = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using var process = Process.Start(start);
            return process is null ? null : await AskAsync(process, registry == DockerHub ? DockerHubServer : registry, either.Token);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private static async Task<(string User, string Password)?> AskAsync(Process process, string server, CancellationToken cancellationToken)
    {
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.StandardInput.WriteAsync(server.AsMemory(), cancellationToken);
            process.StandardInput.Close();
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await errors;
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? Read(output) : null;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static (string User, string Password)? Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.TryGetProperty("Username", out var user) && document.RootElement.TryGetProperty("Secret", out var secret) && user.GetString() is { Length: > 0 } name
                ? (name, secret.GetString() ?? "")
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
