using System.IO.Pipelines;
using LlmKube.Cli.Commands.Cache.Claims;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Local;
using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;
using LlmKube.Operator.Pods;
using LlmKube.Operator.Repositories;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Repositories;

/// <summary>A repository in a claim of a cluster: commands run in a pod that mounts the claim, and models are sent to one.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Folder">Where the repository begins in such a pod.</param>
internal sealed record ClaimRepository(ClaimStore Claim, string Folder) : IDisposable
{
    /// <summary>What stands for a source that is sent.</summary>
    public const string StandardInput = "-";

    /// <summary>The repository, where that is what a ModelRepository describes; null for every other one, and for claims that are folders of this machine.</summary>
    /// <param name="connection">The cluster; it is this repository's to close, where there is one.</param>
    /// <param name="repository">The ModelRepository.</param>
    /// <param name="context">The world.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CommandFailure">The claim is not there, or nobody says how pods are run.</exception>
    public static async Task<ClaimRepository?> FindAsync(ClusterConnection connection, ModelRepository repository, CommandContext context, CancellationToken cancellationToken)
    {
        if (RepositoryMeaning.PlaceOf(repository.Spec).Place?.Origin is not ModelSource.Pvc { ClaimName: var name } source || Directory.Exists(FolderOfThisMachine(context, connection.Namespace, name)))
        {
            return null;
        }

        var claim = await connection.Client.Of<PersistentVolumeClaim>().FindAsync(new ObjectKey(connection.Namespace, name), cancellationToken)
            ?? throw new CommandFailure($"There is no claim {name} in the namespace {connection.Namespace}, which the repository {repository.Metadata.Name} is in.", "Create it first.", ExitCodes.NotFound);
        var settings = await InstalledOperator.FindAsync(connection.Client, context, cancellationToken)
            ?? throw new CommandFailure("There is no LLMKube operator in this cluster that says which image pods shall have.", "Install it, or work on the folder where the claim's volume is mounted.", ExitCodes.Blocked);
        return new ClaimRepository(new ClaimStore(connection, claim, settings), $"{StorePodObject.StoreFolder}/{source.Path}".TrimEnd('/'));
    }

    /// <summary>Where <c>llmkube up</c> keeps a claim.</summary>
    public static string FolderOfThisMachine(CommandContext context, string ns, string claim) => LocalOptions.ClaimFolder(context.Home, ns, claim);

    /// <summary>Runs a command in a pod; its exit code.</summary>
    public Task<int> RunAsync(IReadOnlyList<string> arguments, CommandContext context, CancellationToken cancellationToken) =>
        new ClaimCommand(Claim, context).RunAsync(arguments, secret: null, input: null, output: null, cancellationToken);

    /// <summary>Publishes what a session has: its files are sent to a pod, which publishes them; its exit code.</summary>
    public async Task<int> PublishAsync(VersionManifest described, IModelSession session, IReadOnlyList<string> tags, CommandContext context, CancellationToken cancellationToken)
    {
        var line = new ProgressLine(context.Terminal, $"{described.Name}@{described.Version}");
        var pipe = new Pipe();
        var count = line.Counter(session.Files.Sum(file => file.SizeBytes ?? 0));
        var packing = PipedStream.FillAsync(pipe.Writer, stream => ModelArchive.WriteAsync(session, stream, count, cancellationToken));
        await using var archive = pipe.Reader.AsStream();
        string[] said =
        [
            "repo", "push", StandardInput, Folder, $"{described.Name}@{described.Version}", .. tags.Select(tag => $"--tag={tag}"),
            .. described.License is { } license ? [$"--license={license}"] : Array.Empty<string>(), .. described.Source is { } source ? [$"--source-name={source}"] : Array.Empty<string>(),
        ];
        try
        {
            return await new ClaimCommand(Claim, context).RunAsync(said, secret: null, archive, output: null, cancellationToken);
        }
        finally
        {
            line.End();
            await pipe.Reader.CompleteAsync();
            await packing;
        }
    }

    public void Dispose() => Claim.Dispose();
}
