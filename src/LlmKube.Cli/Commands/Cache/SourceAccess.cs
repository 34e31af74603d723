using LlmKube.Cli.Console;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.HuggingFace;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Oci;
using LlmKube.Models.Sources;

namespace LlmKube.Cli.Commands.Cache;

/// <summary>The places that a command of this machine's user reaches.</summary>
internal static class SourceAccess
{
    /// <summary>What connections are allowed to a person, and where they go instead.</summary>
    public static NetworkOptions NetworkOf(CommandContext context) => OfAnInstallation(context) with { AsksCredentialHelpers = true };

    /// <summary>The same for what runs for everybody.</summary>
    public static NetworkOptions OfAnInstallation(CommandContext context)
    {
        try
        {
            return new() { DeniedNetworks = NetworkOptions.LinkLocal, Mirrors = RegistryMirrors.Parse(context.Environment(RegistryMirrors.Variable)) };
        }
        catch (FormatException e)
        {
            throw new CommandFailure($"{RegistryMirrors.Variable} cannot be read: {e.Message}", exitCode: ExitCodes.Usage);
        }
    }

    public static IReadOnlyList<IModelBackend> Backends(CommandContext context) => ModelBackends.All(NetworkOf(context), HuggingFaceOptions.FromEnvironment(context.Environment), ["/"], context.Time);

    /// <summary>Finds out what a source is right now.</summary>
    /// <exception cref="CommandFailure">It cannot be reached.</exception>
    public static async Task<IModelSession> ConnectAsync(ModelSource source, ConnectOptions options, CommandContext context, CancellationToken cancellationToken)
    {
        if (Backends(context).FirstOrDefault(backend => backend.Serves(source)) is not { } backend)
        {
            throw new CommandFailure($"{source} cannot be read from here.", "Name a path, or an http, hf, s3 or oci address.", ExitCodes.Usage);
        }

        return await backend.ConnectAsync(source, options, cancellationToken) switch
        {
            ConnectResult.Connected connected => connected.Session,
            ConnectResult.Failed failed => throw Fetching.Explain(failed.Failure),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}
