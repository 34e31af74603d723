using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Local;
using LlmKube.Resources;

namespace LlmKube.Cli.Commands.Cache;

/// <summary>Asks who serves what.</summary>
internal static class Usage
{
    /// <summary>Null where there should be an API server and none answers.</summary>
    public static async Task<ModelsInUse?> FindAsync(ParseResult parsed, CommandContext context, CommonOptions common, CancellationToken cancellationToken)
    {
        if (context.Greeting is { } greeting)
        {
            return greeting.InUse;
        }

        try
        {
            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, null, cancellationToken);
            return await ModelsInUse.ReadAsync(connection.Client, ns: null, cancellationToken);
        }
        catch (CommandFailure)
        {
            // There is no API server to know of: nothing is served here.
            return ModelsInUse.None;
        }
        catch (HttpRequestException) when (IsOwnAndStopped(parsed, context, common))
        {
            return ModelsInUse.None;
        }
        catch (Exception e) when (e is HttpRequestException or ApiException or IOException)
        {
            return null;
        }
    }

    /// <summary>Whether the API server that was meant is this machine's own, and was stopped.</summary>
    private static bool IsOwnAndStopped(ParseResult parsed, CommandContext context, CommonOptions common) =>
        parsed.GetValue(common.Kubeconfig) is null && context.Environment("KUBECONFIG") is null or ""
        && File.Exists(Path.Combine(context.Home, "kubeconfig")) && RunState.Find(context.Home) is null;
}
