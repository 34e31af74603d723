using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Local;
using LlmKube.Operator.Pods;
using LlmKube.Resources;

namespace LlmKube.Cli.Commands.Cache.Claims;

/// <summary>A model store on a claim of a cluster, and how pods get at it.</summary>
internal sealed record ClaimStore(ClusterConnection Connection, PersistentVolumeClaim Claim, PodSettings Settings) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public string Namespace => Connection.Namespace;

    public string Name => Claim.Metadata.Name!;

    /// <summary>
    /// The claim that a command means: the one it names; else, where no folder is named and the API server has one, that of the namespace.
    /// Null means a folder of this machine.
    /// </summary>
    /// <param name="options">The command's options.</param>
    /// <param name="parsed">What was said.</param>
    /// <param name="context">The world.</param>
    /// <param name="common">Which API server.</param>
    /// <param name="mayMake">Whether a namespace that has no claim yet gets one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CommandFailure">Several could be meant, or the one that is named is not there.</exception>
    public static async Task<ClaimStore?> FindAsync(StoreOptions options, ParseResult parsed, CommandContext context, CommonOptions common, bool mayMake, CancellationToken cancellationToken)
    {
        var named = parsed.GetValue(options.Claims.Claim);
        if (options.NamesFolder(parsed, context))
        {
            return named is null ? null : throw new CommandFailure("--claim and --store name two different stores.", "Use one of the two.", ExitCodes.Usage);
        }

        ClusterConnection? connection = null;
        try
        {
            connection = await ClusterConnection.OpenAsync(parsed, context, common, options.Claims.Namespace, cancellationToken);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(s_patience);
            var found = await FindAsync(connection, named, parsed.GetValue(options.Claims.Image), context, mayMake, named is null ? patience.Token : cancellationToken);
            connection = found is null ? connection : null;
            return found;
        }
        catch (Exception e) when (named is null && !cancellationToken.IsCancellationRequested && (e is HttpRequestException or IOException or OperationCanceledException || (e is CommandFailure && connection is null)))
        {
            // Nobody named a cluster, and none answers: this machine is meant.
            return null;
        }
        finally
        {
            connection?.Dispose();
        }
    }

    public void Dispose() => Connection.Dispose();

    private static async Task<ClaimStore?> FindAsync(ClusterConnection connection, string? named, string? image, CommandContext context, bool mayMake, CancellationToken cancellationToken)
    {
        var claims = connection.Client.Of<PersistentVolumeClaim>();
        var shared = StorePodObject.Claim(connection.Namespace, new CacheSettings()).Key();
        var claim = named is not null
            ? await claims.FindAsync(new ObjectKey(connection.Namespace, named), cancellationToken)
            : Choose(await OfNamespaceAsync(connection, cancellationToken), shared.Name, connection.Namespace);
        var settings = await InstalledOperator.FindAsync(connection.Client, context, cancellationToken);
        if (claim is null && settings is null && named is null)
        {
            return null;
        }

        if (claim is null && mayMake && settings is { Cache.Mode: CacheSettings.Shared } && (named ?? shared.Name) == shared.Name)
        {
            claim = await claims.CreateAsync(StorePodObject.Claim(connection.Namespace, settings.Cache), cancellationToken);
        }

        if (claim is null)
        {
            throw new CommandFailure(
                named is null ? $"The namespace {connection.Namespace} has no claim with a model store." : $"There is no claim {named} in the namespace {connection.Namespace}.",
                "Name another with --claim and -n, or a folder of this machine with --store.",
                ExitCodes.NotFound);
        }

        if (settings is null && LocalOptions.ClaimFolder(context.Home, connection.Namespace, claim.Metadata.Name!) is var folder && Directory.Exists(folder))
        {
            throw new CommandFailure("On a machine of its own, a claim is a folder.", $"Use --store {folder}", ExitCodes.Usage);
        }

        settings ??= image is not null ? new PodSettings { Image = image } : throw new CommandFailure("There is no LLMKube operator in this cluster that says which image pods shall have.", "Name it with --image.", ExitCodes.Usage);
        return new ClaimStore(connection, claim, image is null ? settings : settings with { Image = image });
    }

    private static async Task<IReadOnlyList<PersistentVolumeClaim>> OfNamespaceAsync(ClusterConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return (await connection.Client.Of<PersistentVolumeClaim>().ListAsync(
                new ListOptions { Namespace = connection.Namespace, LabelSelector = $"{Labels.AppComponent}=model-cache" }, cancellationToken)).Items;
        }
        catch (ApiException e) when (e.IsForbidden)
        {
            return [];
        }
    }

    private static PersistentVolumeClaim? Choose(IReadOnlyList<PersistentVolumeClaim> claims, string shared, string ns) => claims switch
    {
        [] => null,
        [var only] => only,
        _ => claims.FirstOrDefault(claim => claim.Metadata.Name == shared) ?? throw new CommandFailure(
            $"The namespace {ns} has several claims with model stores.", $"Name one with --claim: {string.Join(", ", claims.Select(claim => claim.Metadata.Name))}", ExitCodes.Usage),
    };
}
